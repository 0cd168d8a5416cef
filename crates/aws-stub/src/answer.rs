//! Answers, in the dialect of each service: JSON 1.1, or XML for S3 and STS.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::{Value, json};

use crate::operation::Service;

/// An answer on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// 200 with JSON.
    pub(crate) fn json(value: &Value) -> Self {
        let mut answer = Self::empty(200);
        answer.headers.push((
            "content-type".into(),
            "application/x-amz-json-1.1".to_owned(),
        ));
        answer.body = value.to_string().into_bytes();
        answer
    }

    /// 200 with XML.
    pub(crate) fn xml(text: String) -> Self {
        let mut answer = Self::empty(200);
        answer
            .headers
            .push(("content-type".into(), "application/xml".to_owned()));
        answer.body = text.into_bytes();
        answer
    }

    /// Nothing but a status.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// An error, as the service says it.
    pub(crate) fn error(service: Service, status: u16, code: &str, message: &str) -> Self {
        let mut answer = match service {
            Service::S3 => Self::xml(format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message><RequestId>stub</RequestId></Error>",
                escaped(message)
            )),
            Service::Sts => Self::xml(format!(
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error><RequestId>stub</RequestId></ErrorResponse>",
                escaped(message)
            )),
            _ => Self::json(&json!({"__type": code, "message": message})),
        };
        answer.status = status;
        answer
    }
}

/// As text in XML.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            control if control.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "&#x{:x};", u32::from(control));
            }
            other => escaped.push(other),
        }
    }
    escaped
}
