//! What is in an object.

use std::io::Read;

use super::{Body, Compression};
use crate::sink::fixture::batch;

#[tokio::test]
async fn an_object_is_each_text_and_a_line_end() {
    let batch = batch(&[b"a", b"b\n\tat c", "\u{e4}".as_bytes()]);
    let text = "a\nb\n\tat c\n\u{e4}\n".as_bytes();
    let mut digests = Vec::new();
    for compression in Compression::ALL {
        let body = Body::of(&batch, compression).await.unwrap();
        let mut plain = Vec::new();
        match compression {
            Compression::Gzip => {
                flate2::read::GzDecoder::new(&*body.bytes)
                    .read_to_end(&mut plain)
                    .unwrap();
            }
            Compression::Zstd => plain = zstd::decode_all(&*body.bytes).unwrap(),
            Compression::None => plain.clone_from(&body.bytes),
        }
        assert_eq!(plain, text, "{compression:?}");
        let again = Body::of(&batch, compression).await.unwrap();
        assert_eq!(again.bytes, body.bytes, "{compression:?}");
        digests.push(body.digest);
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}
