// franz-go against every secured listener, and the AWS signer for Go. Prints `ok NAME` or `not ok NAME: why` per scenario.
// Takes --endpoints FILE (endpoints.json of `outrigger up`) [--scenario NAME].
package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-msk-iam-sasl-signer-go/signer"
	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/aws"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

const records = 20

type endpoints struct {
	Bootstrap   map[string]string
	Credentials map[string]string
}

var up endpoints

func secret(key string) string {
	text, err := os.ReadFile(up.Credentials[key])
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(text))
}

func tlsConfig(withCertificate bool) *tls.Config {
	pem, err := os.ReadFile(up.Credentials["ca_cert"])
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if withCertificate {
		pair, err := tls.LoadX509KeyPair(up.Credentials["client_cert"], up.Credentials["client_key"])
		if err != nil {
			panic(err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

func scramLogin(password string) sasl.Mechanism {
	return scram.Auth{User: up.Credentials["scram_username"], Pass: password}.AsSha512Mechanism()
}

func iamLogin(key string) sasl.Mechanism {
	return aws.Auth{AccessKey: up.Credentials["iam_access_key_id"], SecretKey: key}.AsManagedStreamingIAMMechanism()
}

// The token of AWS's own signer, from the given keys.
func signerLogin(key string) sasl.Mechanism {
	keys := awssdk.CredentialsProviderFunc(func(context.Context) (awssdk.Credentials, error) {
		return awssdk.Credentials{AccessKeyID: up.Credentials["iam_access_key_id"], SecretAccessKey: key}, nil
	})
	return oauth.Oauth(func(ctx context.Context) (oauth.Auth, error) {
		token, _, err := signer.GenerateAuthTokenFromCredentialsProvider(ctx, up.Credentials["iam_region"], keys)
		return oauth.Auth{Token: token}, err
	})
}

func connect(way string, withCertificate bool, login sasl.Mechanism, more ...kgo.Opt) (*kgo.Client, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(up.Bootstrap[way]),
		kgo.DialTLSConfig(tlsConfig(withCertificate)),
		kgo.AllowAutoTopicCreation(),
		kgo.RetryTimeout(10 * time.Second),
	}
	if login != nil {
		options = append(options, kgo.SASL(login))
	}
	return kgo.NewClient(append(options, more...)...)
}

func unique(prefix string) string {
	bytes := make([]byte, 5)
	_, _ = rand.Read(bytes)
	return prefix + "-" + hex.EncodeToString(bytes)
}

// Logs in, produces, and reads everything back as a member of a group.
func roundTrip(way string, withCertificate bool, login func() sasl.Mechanism) error {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	topic := unique("go")
	producer, err := connect(way, withCertificate, login())
	if err != nil {
		return err
	}
	defer producer.Close()
	for i := range records {
		record := &kgo.Record{Topic: topic, Value: fmt.Appendf(nil, "v%d", i)}
		if err := producer.ProduceSync(ctx, record).FirstErr(); err != nil {
			return fmt.Errorf("produce: %w", err)
		}
	}
	consumer, err := connect(way, withCertificate, login(), kgo.ConsumerGroup(unique("group")), kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return err
	}
	defer consumer.Close()
	seen := map[string]bool{}
	for len(seen) < records {
		fetches := consumer.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("after %d of %d records: %w", len(seen), records, err)
		}
		fetches.EachRecord(func(record *kgo.Record) { seen[string(record.Value)] = true })
	}
	return nil
}

// A login that must fail, with this text in its error.
func refused(way string, login sasl.Mechanism, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	client, err := connect(way, false, login)
	if err != nil {
		return err
	}
	defer client.Close()
	err = client.Ping(ctx)
	if err == nil {
		return errors.New("it was let in")
	}
	if !errors.Is(err, kerr.SaslAuthenticationFailed) || !strings.Contains(err.Error(), text) {
		return fmt.Errorf("%w, which is not a failed login with %q", err, text)
	}
	return nil
}

func noLogin() sasl.Mechanism { return nil }

type scenario struct {
	name string
	run  func() error
}

func scenarios() []scenario {
	region := up.Credentials["iam_region"]
	// franz-go looks there where the host name holds no region.
	os.Setenv("AWS_REGION", region)
	return []scenario{
		{"tls", func() error { return roundTrip("tls", true, noLogin) }},
		{"scram", func() error {
			return roundTrip("scram", false, func() sasl.Mechanism { return scramLogin(secret("scram_password_file")) })
		}},
		{"aws_msk_iam", func() error {
			return roundTrip("iam", false, func() sasl.Mechanism { return iamLogin(secret("iam_secret_access_key_file")) })
		}},
		{"signer", func() error {
			return roundTrip("iam", false, func() sasl.Mechanism { return signerLogin(secret("iam_secret_access_key_file")) })
		}},
		{"scram_wrong_password", func() error { return refused("scram", scramLogin("wrong"), "invalid credentials") }},
		{"aws_msk_iam_wrong_key", func() error { return refused("iam", iamLogin("wrong"), "Access denied") }},
		{"signer_wrong_key", func() error { return refused("iam", signerLogin("wrong"), "") }},
	}
}

func main() {
	file := flag.String("endpoints", "", "endpoints.json of `outrigger up`")
	only := flag.String("scenario", "", "run only the one of this name")
	flag.Parse()
	text, err := os.ReadFile(*file)
	if err == nil {
		err = json.Unmarshal(text, &up)
	}
	if err != nil {
		fmt.Println("not ok endpoints:", err)
		os.Exit(1)
	}
	failed := false
	for _, scenario := range scenarios() {
		if *only != "" && *only != scenario.name {
			continue
		}
		if err := scenario.run(); err != nil {
			failed = true
			fmt.Printf("not ok %s: %s\n", scenario.name, strings.Join(strings.Fields(err.Error()), " "))
		} else {
			fmt.Println("ok", scenario.name)
		}
	}
	if failed {
		os.Exit(1)
	}
}
