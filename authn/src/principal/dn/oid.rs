//! An object identifier as dotted numbers, of any size.
//!
//! The parser's own text is wrong from `2.48` on, and two identifiers that read alike would be one
//! principal.

/// Base of the digits below; what is multiplied stays within 64 bits.
const BASE: u64 = 1_000_000_000;

/// The dotted text of an identifier's content in DER.
pub(super) fn dotted(content: &[u8]) -> String {
    let mut text = String::new();
    let mut number = Decimal::default();
    for &byte in content {
        number.shift_in(byte & 0x7F);
        if byte & 0x80 != 0 {
            continue;
        }
        match std::mem::take(&mut number) {
            // The first two numbers share one: 40 times the first, at most 2, and the second.
            first if text.is_empty() => text = first.into_two(),
            next => text.push_str(&format!(".{next}")),
        }
    }
    text
}

/// A number in digits of nine decimal places, the least first.
#[derive(Default)]
struct Decimal(Vec<u64>);

impl Decimal {
    /// Appends seven bits.
    fn shift_in(&mut self, bits: u8) {
        let mut carry = u64::from(bits);
        for digit in &mut self.0 {
            let value = *digit * 128 + carry;
            *digit = value % BASE;
            carry = value / BASE;
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    fn into_two(mut self) -> String {
        match self.0.as_slice() {
            [] => "0.0".to_owned(),
            [small] if *small < 80 => format!("{}.{}", small / 40, small % 40),
            _ => {
                self.subtract(80);
                format!("2.{self}")
            }
        }
    }

    /// Takes away what it is not smaller than.
    fn subtract(&mut self, small: u64) {
        let mut borrow = small;
        for digit in &mut self.0 {
            let (less, is_short) = match digit.checked_sub(borrow) {
                Some(less) => (less, false),
                None => (*digit + BASE - borrow, true),
            };
            *digit = less;
            borrow = u64::from(is_short);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some((greatest, rest)) = self.0.split_last() else {
            return f.write_str("0");
        };
        write!(f, "{greatest}")?;
        rest.iter()
            .rev()
            .try_for_each(|digit| write!(f, "{digit:09}"))
    }
}

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn identifiers_read_as_dotted_numbers() {
        for (content, text) in [
            (&[0x55, 4, 3][..], "2.5.4.3"),
            (&[0x00], "0.0"),
            (&[0x2A, 0x86, 0x48], "1.2.840"),
            (&[0x77], "2.39"),
            (&[0x81, 0x34, 3], "2.100.3"),
            (&[0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], "1.2.34359738367"),
            (
                &[
                    0x83, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F,
                ],
                "2.4722366482869645213615",
            ),
            (&[], ""),
        ] {
            assert_eq!(dotted(content), text, "{content:x?}");
        }
    }
}
