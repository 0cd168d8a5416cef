//! What a page is read as.

use super::{Action, Page, is_printed};

fn actions(text: &str) -> Vec<Action> {
    let page = Page::parse(text).unwrap();
    page.steps.into_iter().map(|step| step.action).collect()
}

fn run(text: &str, printed: Option<&str>) -> Action {
    Action::Run {
        text: text.into(),
        printed: printed.map(str::to_owned),
    }
}

#[test]
fn blocks_are_what_their_first_lines_say() {
    let cases: [(&str, Vec<Action>); 8] = [
        ("text\n    indented\n", vec![]),
        ("```sh\nls\n```\n", vec![run("ls\n", None)]),
        (
            "```sh\nls\n```\n\n```text\na\nb\n```\n",
            vec![run("ls\n", Some("a\nb\n"))],
        ),
        (
            "```sh\nls\n```\nlike this:\n```text\na\n```\n",
            vec![run("ls\n", None)],
        ),
        (
            "```sh\n# not run by the tests: needs AWS\nls\n```\n",
            vec![Action::Skip("needs AWS".into())],
        ),
        (
            "```sh\n# in a terminal of its own\noutrigger up\n```\n",
            vec![Action::Terminal(
                "# in a terminal of its own\noutrigger up\n".into(),
            )],
        ),
        (
            "Save as `a/b.json`:\n\n```json\n{}\n```\n",
            vec![Action::Write {
                name: "a/b.json".into(),
                text: "{}\n".into(),
            }],
        ),
        ("Like this:\n\n```json\n{}\n```\n", vec![]),
    ];
    for (text, expected) in cases {
        assert_eq!(actions(text), expected, "{text}");
    }
}

#[test]
fn an_open_block_is_an_error() {
    let wrong = Page::parse("\n```sh\nls\n").unwrap_err();
    assert_eq!(wrong, "line 2: the block is not closed");
}

#[test]
fn a_page_starts_the_product_itself_where_a_terminal_comes_first() {
    let cases = [
        ("", true),
        (
            "```sh\n# in a terminal of its own\noutrigger exporter-node\n```\n",
            false,
        ),
        ("```sh\nls\n```\n", false),
        (
            "```sh\n# in a terminal of its own\noutrigger up\n```\n```sh\nls\n```\n",
            true,
        ),
        (
            "```sh\n# not run by the tests: no\nx\n```\n```sh\nls\n```\n",
            false,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(
            Page::parse(text).unwrap().starts_itself(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn printed_lines_may_leave_something_open() {
    let cases = [
        ("hello", "well, hello there", true),
        ("a … c", "a b c", true),
        ("c … a", "a b c", false),
        ("pid …", "broker pid 77", true),
        ("", "", true),
        ("x", "", false),
    ];
    for (line, output, expected) in cases {
        assert_eq!(is_printed(line, output), expected, "{line} in {output}");
    }
}
