//! A declared board as Grafana's dashboard JSON, Classic, schema version 39: the one that Grafana 9 to 13 read.
//! Keys are sorted, so that the text does not depend on how `serde_json` was built.

use serde_json::{Map, Value, json};

use super::panel::{
    Board, Colour, Column, Levels, Panel, Query, Row, Shape, Unit, Values, Variable, Word,
};

/// What `@` in an expression becomes.
pub(crate) const SELECTOR: &str = r#"cluster=~"$cluster",job=~"$job",instance=~"$instance""#;
/// The tag that links the boards.
const TAG: &str = "outrigger";
const SCHEMA_VERSION: u32 = 39;
const GRID_WIDTH: u16 = 24;
/// Rows of a table legend fit under a graph of 8; more series make a list.
const CALCULATIONS: [&str; 3] = ["mean", "max", "lastNotNull"];

/// The whole file.
pub(crate) fn dashboard(board: &Board) -> Value {
    json!({
        "annotations": { "list": [builtin_annotation(), alert_annotation()] },
        "description": board.about,
        "editable": false,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "id": null,
        "links": [links()],
        "panels": rows(board.rows),
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": [TAG, "kafka"],
        "templating": { "list": variables(board) },
        "time": { "from": "now-1h", "to": "now" },
        "timepicker": {},
        "timezone": "browser",
        "title": board.title,
        "uid": board.uid,
        "weekStart": "",
    })
}

/// An expression as the JSON holds it.
pub(crate) fn expanded(expr: &str) -> String {
    expr.replace('@', SELECTOR)
}

fn builtin_annotation() -> Value {
    json!({
        "builtIn": 1,
        "datasource": { "type": "grafana", "uid": "-- Grafana --" },
        "enable": true,
        "hide": true,
        "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts",
        "type": "dashboard",
    })
}

/// Firing alerts of the same Prometheus, drawn over the graphs when switched on.
fn alert_annotation() -> Value {
    json!({
        "datasource": datasource(),
        "enable": false,
        "expr": r#"ALERTS{alertstate="firing",cluster=~"$cluster"}"#,
        "hide": false,
        "iconColor": "red",
        "name": "Firing alerts",
        "step": "30s",
        "tagKeys": "severity,instance",
        "titleFormat": "{{alertname}}",
    })
}

fn links() -> Value {
    json!({
        "asDropdown": true,
        "icon": "external link",
        "includeVars": true,
        "keepTime": true,
        "tags": [TAG],
        "targetBlank": false,
        "title": "Boards",
        "tooltip": "The other boards, with the same choice and time",
        "type": "dashboards",
        "url": "",
    })
}

fn datasource() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn variables(board: &Board) -> Vec<Value> {
    let anchor = board.anchor;
    let labels = [
        ("cluster", "Cluster", ".*", anchor.to_owned()),
        (
            "job",
            "Job",
            ".+",
            selected(anchor, r#"cluster=~"$cluster""#),
        ),
        (
            "instance",
            "Instance",
            ".+",
            selected(anchor, r#"cluster=~"$cluster",job=~"$job""#),
        ),
    ];
    let mut list = vec![json!({
        "hide": 0,
        "includeAll": false,
        "label": "Data source",
        "multi": false,
        "name": "datasource",
        "options": [],
        "query": "prometheus",
        "refresh": 1,
        "regex": "",
        "type": "datasource",
    })];
    list.extend(
        labels
            .iter()
            .map(|(name, label, all, selector)| label_values(name, label, all, selector, name)),
    );
    list.extend(board.variables.iter().map(variable));
    list
}

/// An anchor `name` or `{matchers}` with more matchers.
fn selected(anchor: &str, matchers: &str) -> String {
    match anchor.strip_suffix('}') {
        Some(open) => format!("{open},{matchers}}}"),
        None => format!("{anchor}{{{matchers}}}"),
    }
}

fn variable(variable: &Variable) -> Value {
    match variable.values {
        Values::Label { selector, label } => label_values(
            variable.name,
            variable.label,
            ".*",
            &expanded(selector),
            label,
        ),
        Values::OneOf(values) => {
            let options: Vec<Value> = values
                .iter()
                .enumerate()
                .map(|(at, value)| json!({ "selected": at == 0, "text": value, "value": value }))
                .collect();
            json!({
                "current": options.first(),
                "hide": 0,
                "includeAll": false,
                "label": variable.label,
                "multi": false,
                "name": variable.name,
                "options": options,
                "query": values.join(","),
                "type": "custom",
            })
        }
    }
}

/// A variable of the values of `label`; several or all may be chosen, and it is read again when the time range moves.
fn label_values(name: &str, title: &str, all: &str, selector: &str, label: &str) -> Value {
    let query = format!("label_values({selector}, {label})");
    json!({
        "allValue": all,
        "current": { "selected": true, "text": ["All"], "value": ["$__all"] },
        "datasource": datasource(),
        "definition": query,
        "hide": 0,
        "includeAll": true,
        "label": title,
        "multi": true,
        "name": name,
        "options": [],
        "query": { "qryType": 1, "query": query, "refId": format!("variable-{name}") },
        "refresh": 2,
        "regex": "",
        "sort": 1,
        "type": "query",
    })
}

/// Rows with their panels flowing from left to right.
fn rows(rows: &[Row]) -> Vec<Value> {
    let mut list = Vec::new();
    let (mut id, mut y) = (0_u32, 0_u16);
    for row in rows {
        id += 1;
        list.push(json!({
            "collapsed": false,
            "gridPos": { "h": 1, "w": GRID_WIDTH, "x": 0, "y": y },
            "id": id,
            "panels": [],
            "title": row.title,
            "type": "row",
        }));
        y += 1;
        let (mut x, mut tallest) = (0, 0);
        for declared in row.panels {
            if x + declared.width > GRID_WIDTH {
                y += tallest;
                (x, tallest) = (0, 0);
            }
            id += 1;
            let mut panel = panel(declared);
            panel["id"] = json!(id);
            panel["gridPos"] = json!({ "h": declared.height, "w": declared.width, "x": x, "y": y });
            list.push(panel);
            x += declared.width;
            tallest = tallest.max(declared.height);
        }
        y += tallest;
    }
    list
}

fn panel(panel: &Panel) -> Value {
    let (kind, options) = match panel.shape {
        Shape::Stat => ("stat", stat_options()),
        Shape::Graph { .. } => ("timeseries", graph_options(panel)),
        Shape::Bars => ("bargauge", bar_options()),
        Shape::Table(columns) => ("table", table_options(columns)),
    };
    let mut value = json!({
        "datasource": datasource(),
        "description": panel.about,
        "fieldConfig": { "defaults": defaults(panel), "overrides": overrides(panel) },
        "options": options,
        "targets": targets(panel),
        "title": panel.title,
        "type": kind,
    });
    if let Shape::Table(columns) = panel.shape {
        value["transformations"] = transformations(panel.queries, columns);
    }
    value
}

fn targets(panel: &Panel) -> Vec<Value> {
    let instant = matches!(panel.shape, Shape::Bars | Shape::Table(_));
    let is_table = matches!(panel.shape, Shape::Table(_));
    let target = |(at, query): (usize, &Query)| {
        json!({
            "datasource": datasource(),
            "editorMode": "code",
            "expr": expanded(query.expr),
            "format": if is_table { "table" } else { "time_series" },
            "instant": instant,
            "legendFormat": query.legend,
            "range": !instant,
            "refId": reference(at),
        })
    };
    panel.queries.iter().enumerate().map(target).collect()
}

/// A, B, C, as Grafana names queries.
fn reference(at: usize) -> String {
    let letter = u8::try_from(at).map_or(b'Z', |at| b'A'.saturating_add(at));
    char::from(letter).to_string()
}

fn defaults(panel: &Panel) -> Value {
    let mut defaults = json!({
        "color": { "mode": match panel.shape {
            Shape::Graph { .. } => "palette-classic",
            _ => "thresholds",
        } },
        "mappings": mappings(panel.words),
        "thresholds": thresholds(panel.levels),
        "unit": panel.unit.id(),
    });
    match panel.shape {
        Shape::Graph { stacked, .. } => defaults["custom"] = line_style(stacked, panel.levels),
        Shape::Table(_) => {
            defaults["custom"] = json!({ "align": "auto", "filterable": true, "inspect": false });
        }
        _ => defaults["noValue"] = json!("no data"),
    }
    for (key, bound) in [("min", panel.min), ("max", panel.max)] {
        if let Some(bound) = bound {
            defaults[key] = json!(bound);
        }
    }
    if let Some(decimals) = panel.decimals {
        defaults["decimals"] = json!(decimals);
    }
    defaults
}

/// How lines look; a judged graph shows where its levels begin.
fn line_style(stacked: bool, levels: Levels) -> Value {
    json!({
        "axisBorderShow": false,
        "axisLabel": "",
        "drawStyle": "line",
        "fillOpacity": if stacked { 30 } else { 8 },
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": false,
        "stacking": { "group": "A", "mode": if stacked { "normal" } else { "none" } },
        "thresholdsStyle": { "mode": if levels.len() > 1 { "dashed" } else { "off" } },
    })
}

fn colour(colour: Colour) -> &'static str {
    match colour {
        Colour::Blue => "blue",
        Colour::Green => "green",
        Colour::Orange => "orange",
        Colour::Red => "red",
    }
}

fn thresholds(levels: Levels) -> Value {
    let steps: Vec<Value> = levels
        .iter()
        .map(|(from, of)| json!({ "color": colour(*of), "value": from }))
        .collect();
    json!({ "mode": "absolute", "steps": steps })
}

fn mappings(words: &[Word]) -> Vec<Value> {
    if words.is_empty() {
        return Vec::new();
    }
    let mut options = Map::new();
    for (at, Word(value, text)) in words.iter().enumerate() {
        options.insert((*value).to_owned(), json!({ "index": at, "text": text }));
    }
    vec![json!({ "options": options, "type": "value" })]
}

fn overrides(panel: &Panel) -> Vec<Value> {
    match panel.shape {
        Shape::Graph {
            mirrored: Some(legend),
            ..
        } => vec![json!({
            "matcher": { "id": "byRegexp", "options": legend },
            "properties": [{ "id": "custom.transform", "value": "negative-Y" }],
        })],
        Shape::Table(columns) => columns.iter().filter_map(column_override).collect(),
        _ => Vec::new(),
    }
}

fn column_override(column: &Column) -> Option<Value> {
    let by_name = |name: &str, properties: Vec<Value>| json!({ "matcher": { "id": "byName", "options": name }, "properties": properties });
    let unit = |unit: Unit| json!({ "id": "unit", "value": unit.id() });
    match *column {
        Column::Label(..) => None,
        Column::Value(name, of) => Some(by_name(name, vec![unit(of)])),
        Column::Judged(name, of, levels) => Some(by_name(
            name,
            vec![
                unit(of),
                json!({ "id": "thresholds", "value": thresholds(levels) }),
                json!({ "id": "custom.cellOptions", "value": { "type": "color-text" } }),
            ],
        )),
    }
}

fn stat_options() -> Value {
    json!({
        "colorMode": "value",
        "graphMode": "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "percentChangeColorMode": "standard",
        "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        "showPercentChange": false,
        "textMode": "auto",
        "wideLayout": true,
    })
}

fn graph_options(panel: &Panel) -> Value {
    let is_single = panel.queries.len() == 1 && !panel.queries[0].legend.contains("{{");
    let calculations: &[&str] = if is_single { &[] } else { &CALCULATIONS };
    json!({
        "legend": {
            "calcs": calculations,
            "displayMode": if is_single { "list" } else { "table" },
            "placement": "bottom",
            "showLegend": true,
        },
        "tooltip": { "mode": "multi", "sort": "desc" },
    })
}

fn bar_options() -> Value {
    json!({
        "displayMode": "gradient",
        "legend": { "calcs": [], "displayMode": "list", "placement": "bottom", "showLegend": false },
        "maxVizHeight": 300,
        "minVizHeight": 16,
        "minVizWidth": 8,
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        "showUnfilled": true,
        "sizing": "auto",
        "valueMode": "color",
    })
}

fn table_options(columns: &[Column]) -> Value {
    let first_value = columns.iter().find_map(|column| match column {
        Column::Label(..) => None,
        Column::Value(name, _) | Column::Judged(name, ..) => Some(*name),
    });
    json!({
        "cellHeight": "sm",
        "footer": { "show": false, "reducer": ["sum"] },
        "frameIndex": 0,
        "showHeader": true,
        "sortBy": [{ "desc": true, "displayName": first_value.unwrap_or_default() }],
    })
}

/// The queries side by side, by their labels; columns in the declared order, and nothing else.
fn transformations(queries: &[Query], columns: &[Column]) -> Value {
    let single = queries.len() == 1;
    let (mut include, mut order, mut rename) = (Map::new(), Map::new(), Map::new());
    for (at, column) in columns.iter().enumerate() {
        let (field, title) = match *column {
            Column::Label(label, title) => (label.to_owned(), title),
            Column::Value(name, _) | Column::Judged(name, ..) => {
                let query = queries.iter().position(|query| query.legend == name);
                let field = match query {
                    Some(_) if single => "Value".to_owned(),
                    Some(query) => format!("Value #{}", reference(query)),
                    None => String::new(),
                };
                (field, name)
            }
        };
        include.insert(field.clone(), json!(true));
        order.insert(field.clone(), json!(at));
        rename.insert(field, json!(title));
    }
    json!([
        { "id": "merge", "options": {} },
        { "id": "organize", "options": {
            "excludeByName": {},
            "includeByName": include,
            "indexByName": order,
            "renameByName": rename,
        } },
    ])
}

/// Pretty JSON with sorted keys and a newline at the end.
pub(crate) fn text(value: &Value) -> String {
    format!("{:#}\n", sorted(value))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let entries = keys.into_iter().map(|key| (key.clone(), sorted(&map[key])));
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}
