//! What clients need to be let in: made at the first start of a data directory, kept from then on.
//!
//! Every secret is in a file of its own that only the owner reads; `endpoints.json` names the files.

use super::client_files::{self, Facts};
use super::directory::write_error;
use super::failure::UpError;
use super::iam_user::{self, IamUser, PROFILE};
use crate::certs::{self, Prepared};
use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use identity::ScramMechanism;
use service::files::{create_private_dir, read_text, remove_if_exists, write_atomic};
use service::{Clock, Secret};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The one that Amazon MSK has.
pub(super) const SCRAM_MECHANISM: ScramMechanism = ScramMechanism::Sha512;
/// The SCRAM user that `up` makes.
pub(super) const SCRAM_USERNAME: &str = "outrigger";
/// Random bytes of a password: nobody guesses 160 bits.
const PASSWORD_BYTES: usize = 20;
/// A file that holds one secret is far smaller.
const SECRET_BYTES_MAX: u64 = 4096;
/// How clients call this machine when they are on it.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A text that is neither shown nor left behind in memory.
pub(super) type SecretText = Secret<Zeroizing<String>>;

/// A password, and whether it was made just now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Password {
    pub(super) text: SecretText,
    pub(super) is_new: bool,
}

/// What clients of one instance need.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) pki: Prepared,
    pub(super) scram_password: Password,
    scram_password_file: PathBuf,
    iam: IamUser,
}

impl Credentials {
    /// Makes what is not there yet. `hosts` are the names and addresses beside this machine's own by
    /// which clients come.
    pub(super) fn prepare(
        data_dir: &DataDir,
        hosts: &BTreeSet<String>,
        clock: &Clock,
    ) -> Result<Self, UpError> {
        let dir = data_dir.credentials();
        // Authn may read below the last one only if it is there when authn starts.
        for dir in [&dir, &data_dir.authn_data(), &data_dir.logshipper_data()] {
            create_private_dir(dir).map_err(write_error(dir))?;
        }
        let mut names = HOSTS.map(str::to_owned).to_vec();
        let others = hosts.iter().filter(|host| !names.contains(host));
        names.extend(others.cloned().collect::<Vec<_>>());
        let pki = certs::prepare(&data_dir.pki(), &names, clock.now_ms())
            .map_err(|error| UpError::Credentials(crate::probe::explained(&error)))?;
        let scram_password_file = dir.join("scram-password");
        let scram_password =
            kept_or_new(&scram_password_file).map_err(unusable(&scram_password_file))?;
        let iam = iam_user::prepare(data_dir, clock)?;
        Ok(Self {
            pki,
            scram_password,
            scram_password_file,
            iam,
        })
    }

    /// The keys of `endpoints.json`: names, and paths of files.
    pub(super) fn keys(&self) -> BTreeMap<String, String> {
        let pki = &self.pki;
        let path = |path: &Path| path.display().to_string();
        let keys = [
            ("ca_cert", path(&pki.ca_cert)),
            ("client_cert", path(&pki.client_cert)),
            ("client_key", path(&pki.client_key)),
            ("truststore_p12", path(&pki.truststore_p12)),
            ("keystore_p12", path(&pki.keystore_p12)),
            ("store_password_file", path(&pki.store_password_file)),
            ("scram_mechanism", SCRAM_MECHANISM.name().to_owned()),
            ("scram_username", SCRAM_USERNAME.to_owned()),
            ("scram_password_file", path(&self.scram_password_file)),
            ("iam_region", self.iam.region.clone()),
            ("iam_access_key_id", self.iam.access_key_id.clone()),
            ("iam_secret_access_key_file", path(&self.iam.secret_file)),
            ("iam_profile", PROFILE.to_owned()),
            ("aws_config_file", path(&self.iam.config_file)),
            ("aws_credentials_file", path(&self.iam.credentials_file)),
        ];
        keys.map(|(key, value)| (key.to_owned(), value)).into()
    }

    /// Writes the files that clients can be started with.
    pub(super) fn write_client_files(
        &self,
        data_dir: &DataDir,
        endpoints: &Endpoints,
    ) -> Result<(), UpError> {
        let dir = data_dir.clients();
        create_private_dir(&dir).map_err(write_error(&dir))?;
        let password_file = &self.pki.store_password_file;
        let store_password = read_secret(password_file).map_err(unusable(password_file))?;
        let facts = Facts {
            endpoints,
            ca_cert: &self.pki.ca_cert,
            client_cert: &self.pki.client_cert,
            client_key: &self.pki.client_key,
            truststore: &self.pki.truststore_p12,
            keystore: &self.pki.keystore_p12,
            store_password: store_password.expose(),
            scram_username: SCRAM_USERNAME,
            scram_password: self.scram_password.text.expose(),
            region: &self.iam.region,
            profile: PROFILE,
            aws_config: &self.iam.config_file,
            aws_credentials: &self.iam.credentials_file,
        };
        for (name, text) in client_files::files(&facts) {
            let file = dir.join(name);
            let text = Zeroizing::new(text);
            write_atomic(&file, text.as_bytes()).map_err(write_error(&file))?;
        }
        // An earlier start may have had more doors.
        for name in client_files::of_no_use(endpoints) {
            let file = dir.join(name);
            remove_if_exists(&file).map_err(write_error(&file))?;
        }
        Ok(())
    }
}

/// The password in a file, which is made where it is not there.
fn kept_or_new(path: &Path) -> io::Result<Password> {
    match read_secret(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = new_password();
            write_atomic(path, text.expose().as_bytes())?;
            Ok(Password { text, is_new: true })
        }
        read => read.map(|text| Password {
            text,
            is_new: false,
        }),
    }
}

/// The error for a file of secrets.
fn unusable(path: &Path) -> impl FnOnce(io::Error) -> UpError {
    let path = path.display().to_string();
    move |error| UpError::Credentials(format!("{path}: {error}"))
}

/// The text of a file without the line end that an editor adds.
pub(super) fn read_secret(path: &Path) -> io::Result<SecretText> {
    let text = Zeroizing::new(read_text(path, SECRET_BYTES_MAX)?);
    Ok(Secret::new(Zeroizing::new(text.trim_end().to_owned())))
}

/// Lower-case hexadecimal digits: nothing quotes them wrongly.
fn new_password() -> SecretText {
    let mut bytes = Zeroizing::new([0; PASSWORD_BYTES]);
    random(&mut *bytes);
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    Secret::new(Zeroizing::new(digits.collect()))
}

/// Fills `bytes` from the system's generator.
pub(super) fn random(bytes: &mut [u8]) {
    let mut filled = 0;
    while let Some(rest @ [_, ..]) = bytes.get_mut(filled..) {
        // The call fails only where the kernel lacks it (before Linux 3.17) or is interrupted.
        let flags = rustix::rand::GetRandomFlags::empty();
        filled += rustix::rand::getrandom(rest, flags).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{kept_or_new, new_password};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_password_is_made_once_and_only_its_owner_reads_it() {
        let temporary = tempfile::tempdir().expect("temp dir");
        let file = temporary.path().join("password");
        let made = kept_or_new(&file).expect("made");
        assert!(made.is_new);
        assert_eq!(made.text.expose().len(), 40);
        assert_ne!(made.text, new_password());
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&file, "chosen by hand\n").expect("written");
        let kept = kept_or_new(&file).expect("kept");
        assert!(!kept.is_new);
        assert_eq!(kept.text.expose().as_str(), "chosen by hand");
    }
}
