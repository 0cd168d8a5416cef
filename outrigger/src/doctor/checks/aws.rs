//! AWS, where a part is configured to use it: whether there is a region, a way to the endpoint and
//! something to sign with, and how far the clocks are apart.
//!
//! No call is signed: what it says would be about one permission of many, and the parts say at their
//! first call what they lack. No secret is read, only whether there is one.

mod places;
mod reach;

use crate::doctor::situation::Situation;
use crate::doctor::verdict::Verdict;
use places::{Keys, Place, keys, places};
use reach::reach;

/// Beyond this a clock is worth a word; beyond the other AWS refuses what it signs.
const SKEW_MS_WARNED: i64 = 30_000;
const SKEW_MS_MAX: i64 = 300_000;

/// A service that a part uses.
#[derive(Clone, Debug)]
struct Asked {
    place: Place,
    /// Its own time; `None` where it does not say.
    answer: Result<Option<i64>, String>,
}

/// See the head of this file.
pub(in crate::doctor) async fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let mut asked = Vec::new();
    for place in places(&situation.outlook) {
        let answer = match &place.endpoint {
            Some(endpoint) => reach(endpoint).await,
            None => Ok(None),
        };
        asked.push(Asked { place, answer });
    }
    judge(&asked, &keys(), situation.now_ms)
}

fn judge(asked: &[Asked], keys: &Keys, now_ms: i64) -> Vec<Verdict> {
    if asked.is_empty() {
        return vec![Verdict::ok("no part is configured to use it")];
    }
    let mut verdicts: Vec<_> = asked.iter().map(|asked| answer(asked, now_ms)).collect();
    verdicts.push(match keys {
        Keys::Found(place) => Verdict::ok(format!("credentials: {place}")),
        Keys::NotFound => Verdict::warning(
            "no credentials in variables or files",
            "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; on EC2 the role of the instance is used, which was not asked for",
        ),
    });
    verdicts
}

fn answer(asked: &Asked, now_ms: i64) -> Verdict {
    let Asked { place, answer } = asked;
    let Place { part, service, .. } = place;
    let Some(endpoint) = &place.endpoint else {
        return Verdict::problem(
            format!("{part} uses {service}, and no region is known"),
            "set AWS_REGION, or the part's region",
        );
    };
    let theirs = match answer {
        Ok(theirs) => theirs,
        Err(problem) => {
            return Verdict::problem(
                format!("{part} cannot reach {service} at {endpoint}: {problem}"),
                "check name resolution, the way out (a VPC endpoint?) and AWS_ENDPOINT_URL",
            );
        }
    };
    let skew = theirs.map_or(0, |theirs| (theirs - now_ms).abs());
    let found = format!("{part} reaches {service} at {endpoint}");
    let remedy = "set this machine's clock right: AWS refuses signatures that are 5 minutes off";
    if skew >= SKEW_MS_MAX {
        return Verdict::problem(
            format!("{found}, whose clock is {} s apart", skew / 1000),
            remedy,
        );
    }
    if skew >= SKEW_MS_WARNED {
        return Verdict::warning(
            format!("{found}, whose clock is {} s apart", skew / 1000),
            remedy,
        );
    }
    Verdict::ok(found)
}

#[cfg(test)]
mod tests;
