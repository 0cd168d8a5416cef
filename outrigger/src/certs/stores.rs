//! PKCS#12 stores, as Java's clients want them: who is trusted, and who one is.
//!
//! The password keeps nobody out who can read the password file beside it; Java insists on one.

use super::error::CertsError;
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};

const TRUST_ALIAS: &str = "outrigger-ca";

/// A store with the authority as a trusted entry.
pub(super) fn truststore(authority: &[u8], password: &str) -> Result<Vec<u8>, CertsError> {
    let mut store = KeyStore::new();
    store.add_entry(
        TRUST_ALIAS,
        KeyStoreEntry::Certificate(certificate(authority)?),
    );
    write(&store, password)
}

/// A store with a key and its chain: the certificate, then the authority's.
pub(super) fn keystore(
    alias: &str,
    key_pkcs8: &[u8],
    chain: &[&[u8]],
    password: &str,
) -> Result<Vec<u8>, CertsError> {
    let key = PrivateKey::from_der(key_pkcs8).map_err(|error| made(error.into()))?;
    let chain: Vec<Certificate> = chain
        .iter()
        .map(|der| certificate(der))
        .collect::<Result<_, _>>()?;
    let mut store = KeyStore::new();
    let entry = PrivateKeyChain::new(alias, key, chain);
    store.add_entry(alias, KeyStoreEntry::PrivateKeyChain(entry));
    write(&store, password)
}

fn certificate(der: &[u8]) -> Result<Certificate, CertsError> {
    Certificate::from_der(der).map_err(|error| made(error.into()))
}

fn write(store: &KeyStore, password: &str) -> Result<Vec<u8>, CertsError> {
    store
        .writer(password)
        .write()
        .map_err(|error| made(error.into()))
}

fn made(error: Box<dyn std::error::Error>) -> CertsError {
    CertsError::make("a PKCS#12 store")(error)
}
