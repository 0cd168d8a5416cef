//! Cases for cutting input.

use super::*;

async fn cut(input: &[u8], delimiter: &[u8]) -> Vec<Bytes> {
    // Every byte comes with a read of its own.
    let (mut writer, reader) = tokio::io::duplex(1);
    let input = input.to_vec();
    let write = async move {
        tokio::io::AsyncWriteExt::write_all(&mut writer, &input)
            .await
            .unwrap();
        drop(writer);
    };
    let read = async {
        let mut lines = Lines::new(reader, delimiter.to_vec());
        let mut cut = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            cut.push(line);
        }
        cut
    };
    tokio::join!(write, read).1
}

#[tokio::test]
async fn only_the_delimiter_goes() {
    type Case = (&'static [u8], &'static [u8], &'static [&'static [u8]]);
    let cases: [Case; 6] = [
        (b"a\nbc\n", b"\n", &[b"a", b"bc"]),
        (b"a\r\n\n b", b"\n", &[b"a\r", b"", b" b"]),
        (b"", b"\n", &[]),
        (b"\n", b"\n", &[b""]),
        (b"a--b-c--", b"--", &[b"a", b"b-c"]),
        (b"\xff\0\xfe", b"\0", &[b"\xff", b"\xfe"]),
    ];
    for (input, delimiter, expected) in cases {
        assert_eq!(cut(input, delimiter).await, expected, "{input:?}");
    }
}
