// Checks the files of grafana/ against the types that Grafana publishes (grafana-foundation-sdk, strict decoding and its
// constraints) and the Compose Specification's own schema. One line per file: `ok NAME` or `not ok NAME: why`.
//
// usage: grafana FOLDER
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/schema"
	"github.com/grafana/grafana-foundation-sdk/go/alerting"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"go.yaml.in/yaml/v4"
)

// One kind of file: where, how it is checked, and a change that the check must refuse.
type kind struct {
	glob  string
	check func([]byte) error
	spoil func(map[string]any)
}

var kinds = []kind{
	{"dashboards/*.json", dashboardFile, func(root map[string]any) {
		first := root["panels"].([]any)[1].(map[string]any)
		first["options"].(map[string]any)["noSuchOption"] = true
	}},
	{"provisioning/alerting/*.yaml", alertFile, func(root map[string]any) {
		group := root["groups"].([]any)[0].(map[string]any)
		data := group["rules"].([]any)[0].(map[string]any)["data"].([]any)
		data[1].(map[string]any)["model"].(map[string]any)["expresion"] = "A"
	}},
	{"provisioning/datasources/*.yaml", dataSourceFile, func(root map[string]any) {
		root["datasources"].([]any)[0].(map[string]any)["acess"] = "proxy"
	}},
	{"provisioning/dashboards/*.yaml", providerFile, func(root map[string]any) {
		root["providers"].([]any)[0].(map[string]any)["updateInterval"] = 30
	}},
	{"compose.yaml", composeFile, spoilService},
	{"../deploy/container/compose.yaml", composeFile, spoilService},
}

func spoilService(root map[string]any) {
	services := root["services"].(map[string]any)
	services["grafana"].(map[string]any)["volume"] = []any{}
}

func main() {
	plugins.RegisterDefaultPlugins()
	failed := false
	report := func(name string, err error) {
		if err == nil {
			fmt.Println("ok", name)
			return
		}
		failed = true
		fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	for _, kind := range kinds {
		paths, _ := filepath.Glob(filepath.Join(os.Args[1], kind.glob))
		if len(paths) == 0 {
			report(kind.glob, errors.New("no such file"))
		}
		for _, path := range paths {
			name, _ := filepath.Rel(os.Args[1], path)
			report(name, checked(path, kind))
		}
	}
	if failed {
		os.Exit(1)
	}
}

// The file as it is must pass; spoiled it must not, or the check sees nothing.
func checked(path string, kind kind) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := kind.check(text); err != nil {
		return err
	}
	root, err := tree(text)
	if err != nil {
		return err
	}
	kind.spoil(root)
	spoiled, err := json.Marshal(root)
	if err != nil {
		return err
	}
	// JSON is YAML.
	if kind.check(spoiled) == nil {
		return errors.New("a spoiled copy passes: the check sees nothing")
	}
	return nil
}

func tree(text []byte) (map[string]any, error) {
	var root map[string]any
	err := yaml.Unmarshal(text, &root)
	return root, err
}

func dashboardFile(text []byte) error {
	var board dashboard.Dashboard
	// The one key that a file has and the type of the API has not, where it is null.
	text = []byte(strings.Replace(string(text), "\"id\": null,\n", "", 1))
	if err := found(board.UnmarshalJSONStrict(text)); err != nil {
		return err
	}
	return board.Validate()
}

// Strict decoding answers an empty list of errors where there are none.
func found(err error) error {
	var list cog.BuildErrors
	if errors.As(err, &list) && len(list) == 0 {
		return nil
	}
	return err
}

// Grafana's file names folder and organisation at the group; the type of a rule has them in itself.
func alertFile(text []byte) error {
	root, err := tree(text)
	if err != nil {
		return err
	}
	if err := keys(root, "apiVersion", "groups"); err != nil {
		return err
	}
	for _, group := range root["groups"].([]any) {
		group := group.(map[string]any)
		if err := keys(group, "orgId", "name", "folder", "interval", "rules"); err != nil {
			return err
		}
		for _, rule := range group["rules"].([]any) {
			rule := rule.(map[string]any)
			rule["folderUID"], rule["orgID"], rule["ruleGroup"] = group["folder"], group["orgId"], group["name"]
			if err := alertRule(rule); err != nil {
				return fmt.Errorf("%v: %w", rule["title"], err)
			}
		}
	}
	return nil
}

func alertRule(rule map[string]any) error {
	text, err := json.Marshal(rule)
	if err != nil {
		return err
	}
	var typed alerting.Rule
	if err := found(typed.UnmarshalJSONStrict(text)); err != nil {
		return err
	}
	return typed.Validate()
}

// Grafana's documentation of provisioning is the authority for these two; there are no types.
func dataSourceFile(text []byte) error {
	return listFile(text, "datasources", "name", "uid", "type", "access", "url", "isDefault", "editable", "jsonData")
}

func providerFile(text []byte) error {
	return listFile(text, "providers", "name", "orgId", "folder", "folderUid", "type", "disableDeletion",
		"allowUiUpdates", "updateIntervalSeconds", "options")
}

func listFile(text []byte, list string, known ...string) error {
	root, err := tree(text)
	if err != nil {
		return err
	}
	if err := keys(root, "apiVersion", list); err != nil {
		return err
	}
	for _, entry := range root[list].([]any) {
		if err := keys(entry.(map[string]any), known...); err != nil {
			return err
		}
	}
	return nil
}

func keys(entry map[string]any, known ...string) error {
	for key := range entry {
		found := false
		for _, name := range known {
			found = found || name == key
		}
		if !found {
			return fmt.Errorf("the key `%s` is not one of %s", key, strings.Join(known, ", "))
		}
	}
	return nil
}

func composeFile(text []byte) error {
	root, err := tree(text)
	if err != nil {
		return err
	}
	return schema.Validate(root)
}
