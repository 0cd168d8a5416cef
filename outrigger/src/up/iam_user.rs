//! The IAM user of an instance: with a policy that lets it do everything in this cluster, an access
//! key, and the files in which the AWS SDKs look for one.

use super::credentials::{SecretText, read_secret};
use super::directory::write_error;
use super::failure::UpError;
use crate::data_dir::DataDir;
use iam::{Holder, KeyStatus, Kind, Name, NewStore, Store, StoreError, StoreRecord};
use service::Clock;
use service::files::write_atomic;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The profile in the files of the AWS SDKs.
pub(super) const PROFILE: &str = "outrigger";
/// Of a new store; an existing one keeps its own.
const REGION: &str = "us-east-1";
const ACCOUNT: &str = "000000000000";
const CLUSTER: &str = "outrigger";
const USER: &str = "outrigger";
const POLICY: &str = "everything-in-this-cluster";

/// What clients need to sign as the user; the secret stays in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IamUser {
    /// What clients sign for.
    pub(super) region: String,
    pub(super) access_key_id: String,
    pub(super) secret_file: PathBuf,
    /// `AWS_CONFIG_FILE`.
    pub(super) config_file: PathBuf,
    /// `AWS_SHARED_CREDENTIALS_FILE`.
    pub(super) credentials_file: PathBuf,
}

/// Makes the store, the user, its policy and its key where they are not there, and the files for them.
pub(super) fn prepare(data_dir: &DataDir, clock: &Clock) -> Result<IamUser, UpError> {
    let now_ms = clock.now_ms();
    let store = Store::open_or_create(&data_dir.iam(), &new_store()).map_err(failed)?;
    let user = Name::parse(Kind::User, USER).map_err(failed)?;
    make_user(&store, &user, now_ms).map_err(failed)?;
    let dir = data_dir.credentials();
    let id_file = dir.join("iam-access-key-id");
    let secret_file = dir.join("iam-secret-access-key");
    let (id, secret) = match kept(&store, &user, &id_file, &secret_file).map_err(failed)? {
        Some(kept) => kept,
        None => {
            let made = store.create_access_key(&user, now_ms).map_err(failed)?;
            let (id, secret) = (made.access_key_id, made.secret_access_key);
            write(&secret_file, secret.expose())?;
            write(&id_file, &id)?;
            (id, secret)
        }
    };
    let found = IamUser {
        region: store.record().region.clone(),
        access_key_id: id,
        secret_file,
        config_file: dir.join("aws-config"),
        credentials_file: dir.join("aws-credentials"),
    };
    write(&found.config_file, &config(&found.region))?;
    let credentials = Zeroizing::new(format!(
        "[{PROFILE}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        found.access_key_id,
        secret.expose().as_str()
    ));
    write(&found.credentials_file, &credentials)?;
    Ok(found)
}

fn new_store() -> NewStore {
    NewStore {
        partition: "aws".to_owned(),
        region: REGION.to_owned(),
        account_id: ACCOUNT.to_owned(),
        cluster_name: CLUSTER.to_owned(),
        cluster_uuid: None,
    }
}

/// A policy that somebody has changed since stays as it is.
fn make_user(store: &Store, user: &Name, now_ms: i64) -> Result<(), StoreError> {
    let is_new = !store.users()?.iter().any(|(name, _)| name == user);
    if is_new {
        store.ensure_user(user, now_ms)?;
        let policy = Name::parse(Kind::Policy, POLICY)?;
        let holder = Holder::User(user.clone());
        store.put_inline_policy(&holder, &policy, &policy_text(store.record()))?;
    }
    Ok(())
}

/// What a cluster, its topics, its groups and its transactional ids are called ends alike.
fn policy_text(store: &StoreRecord) -> String {
    let StoreRecord {
        partition,
        region,
        account_id,
        cluster_name,
        ..
    } = store;
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "Everything",
            "Effect": "Allow",
            "Action": "kafka-cluster:*",
            "Resource": format!("arn:{partition}:kafka:{region}:{account_id}:*/{cluster_name}/*"),
        }],
    });
    format!("{policy:#}\n")
}

/// The key of an earlier start, where the store still lets it in.
fn kept(
    store: &Store,
    user: &Name,
    id_file: &Path,
    secret_file: &Path,
) -> Result<Option<(String, SecretText)>, StoreError> {
    let (Ok(id), Ok(secret)) = (read_secret(id_file), read_secret(secret_file)) else {
        return Ok(None);
    };
    let id = id.expose().as_str().to_owned();
    let keys = store.access_keys(user)?;
    let mut active = keys.iter().filter(|key| key.status == KeyStatus::Active);
    let is_known = active.any(|key| key.access_key_id == id);
    Ok(is_known.then_some((id, secret)))
}

fn config(region: &str) -> String {
    format!("[profile {PROFILE}]\nregion = {region}\noutput = json\n")
}

fn write(path: &Path, text: &str) -> Result<(), UpError> {
    write_atomic(path, text.as_bytes()).map_err(write_error(path))
}

fn failed(error: StoreError) -> UpError {
    UpError::Credentials(crate::probe::explained(&error))
}

#[cfg(test)]
mod tests {
    use super::prepare;
    use crate::data_dir::DataDir;
    use service::Clock;
    use service::files::create_private_dir;
    use std::fs;

    #[test]
    fn a_key_is_made_once_and_again_where_the_store_no_longer_knows_it() {
        let temporary = tempfile::tempdir().expect("temp dir");
        let dir = DataDir::new(temporary.path()).expect("absolute");
        create_private_dir(&dir.credentials()).expect("created");
        let made = prepare(&dir, &Clock::real()).expect("made");
        assert_eq!(made.region, "us-east-1");
        let credentials = fs::read_to_string(&made.credentials_file).expect("readable");
        let secret = fs::read_to_string(&made.secret_file).expect("readable");
        assert!(credentials.contains(&format!("aws_access_key_id = {}\n", made.access_key_id)));
        assert!(credentials.contains(&format!("aws_secret_access_key = {secret}\n")));
        assert_eq!(prepare(&dir, &Clock::real()).expect("kept"), made);
        fs::remove_dir_all(dir.iam()).expect("removed");
        let other = prepare(&dir, &Clock::real()).expect("made again");
        assert_ne!(other.access_key_id, made.access_key_id);
    }
}
