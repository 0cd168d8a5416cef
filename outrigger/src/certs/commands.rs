//! `outrigger certs`: the authority by hand.
//!
//! Only arguments and what is printed; the rest is done beside it.

use super::authority::Authority;
use super::client::{self, Attribute, Subject};
use super::directory::PkiDir;
use super::error::CertsError;
use super::issued::{Entry, Issued, State};
use super::preparation;
use crate::client_commands::table::Table;
use crate::data_dir::DataDirOption;
use crate::endpoints::{Endpoints, TLS};
use crate::output;
use clap::{Args, Subcommand, ValueHint};
use serde::Serialize;
use service::{Clock, Exit};
use std::error::Error;
use std::path::{self, PathBuf};

/// How long a client's certificate lasts when nobody says.
const DAYS: u32 = 365;
const PKI: &str = "pki";

/// Issue and revoke client certificates with the private authority of `outrigger up`
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger certs issue orders
  outrigger certs issue billing --attribute OU=Finance --days 30
  outrigger certs list
  outrigger certs revoke orders

A client gets a folder, with PEM files, PKCS#12 stores for Java, and the files that clients are started
with: java.properties (--command-config) and kcat.conf (kcat -F). Its ACL principal is printed.
A running authn notices a revocation within a second; connections that exist stay.

Exit status: 0 done, 1 refused or failed, 2 wrong command line.")]
pub(crate) struct CertsArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    Create(CreateArgs),
    Issue(IssueArgs),
    List(ListArgs),
    Revoke(RevokeArgs),
}

#[derive(Args, Clone, Debug)]
struct PlaceArgs {
    /// Directory of the authority [default: pki in the data directory]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
    #[command(flatten)]
    data_dir: DataDirOption,
}

/// Make an authority, a server certificate and a first client, as `outrigger up` does
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
What is there and good stays; the server's certificate is made anew when it is about to end or
lacks a name. It always holds localhost, 127.0.0.1 and ::1.

Examples:
  outrigger certs create
  outrigger certs create --dir pki --name kafka.example.org --name 10.0.0.7")]
struct CreateArgs {
    /// Host name or address by which clients reach the server; repeatable
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Issue a certificate to a client
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger certs issue orders
  outrigger certs issue orders --attribute OU=Shop --attribute O=Example --days 30
  outrigger certs issue orders --uri spiffe://example.org/orders
  outrigger certs issue orders --again      a second one, while the first is still in use")]
struct IssueArgs {
    /// Name of the client: the CN of its certificate and the name of its folder
    name: String,
    /// Further part of the distinguished name: C, ST, L, O or OU; repeatable
    #[arg(long = "attribute", value_name = "KIND=VALUE")]
    attributes: Vec<String>,
    /// DNS name in the certificate, for principals of source san_dns; repeatable
    #[arg(long = "dns-name", value_name = "NAME")]
    dns_names: Vec<String>,
    /// URI in the certificate, for principals of source san_uri; repeatable
    #[arg(long = "uri", value_name = "URI")]
    uris: Vec<String>,
    /// How long it lasts
    #[arg(long, value_name = "DAYS", default_value_t = DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Issue although the client has a valid certificate; its folder is overwritten
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// List every certificate that was issued
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger certs list
  outrigger certs list --json | jq -r '.[] | select(.state == \"valid\") | .principal'")]
struct ListArgs {
    /// Print JSON for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Revoke a client's certificates
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger certs revoke orders                              all that were issued to it
  outrigger certs revoke 5c3f0a1be2d94c7786a1f00d5e6b7a80    one, by its serial number")]
struct RevokeArgs {
    /// Name of a client, or the serial number of a certificate
    name: String,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    principal: &'a str,
    serial: &'a str,
    state: State,
    not_after: String,
}

/// Does it, and says what was done.
pub(crate) fn command(args: CertsArgs, clock: &Clock) -> Exit {
    let now_ms = clock.now_ms();
    let done = match args.action {
        Action::Create(args) => create(&args, now_ms),
        Action::Issue(args) => issue(args, now_ms),
        Action::List(args) => list(&args, now_ms),
        Action::Revoke(args) => revoke(&args, now_ms),
    };
    match done {
        Ok(text) => output::print(&text),
        Err(error) => {
            output::error(&report(&error));
            match error {
                CertsError::Value { .. } => Exit::Usage,
                _ => Exit::Failure,
            }
        }
    }
}

impl PlaceArgs {
    fn resolve(&self) -> Result<PkiDir, CertsError> {
        let resolved = match &self.dir {
            Some(dir) => path::absolute(dir),
            None => self.data_dir.resolve().map(|dir| dir.path().join(PKI)),
        };
        let dir = resolved.map_err(|source| CertsError::Read {
            path: self.dir.clone().unwrap_or_default(),
            source,
        })?;
        Ok(PkiDir::new(&dir))
    }

    /// Where a client shows its certificate to the instance that this is the authority of, while it runs.
    fn running(&self) -> Option<String> {
        if self.dir.is_some() {
            return None;
        }
        let endpoints = Endpoints::read(&self.data_dir.resolve().ok()?).ok()??;
        endpoints.bootstrap.get(TLS).cloned()
    }
}

fn create(args: &CreateArgs, now_ms: i64) -> Result<String, CertsError> {
    let dir = args.place.resolve()?;
    let prepared = preparation::prepare(dir.path(), &args.names, now_ms)?;
    Ok(format!(
        "authority         {}\nserver            {}\nrevocation list   {}\nclient            {}\nclient key        {}\nclient principal  {}\n",
        prepared.ca_cert.display(),
        prepared.server_pem.display(),
        prepared.crl.display(),
        prepared.client_cert.display(),
        prepared.client_key.display(),
        prepared.client_principal
    ))
}

fn issue(args: IssueArgs, now_ms: i64) -> Result<String, CertsError> {
    let attributes = args.attributes.iter().map(|text| text.parse());
    let subject = Subject {
        name: args.name,
        attributes: attributes.collect::<Result<Vec<Attribute>, _>>()?,
        dns_names: args.dns_names,
        uris: args.uris,
    };
    let dir = args.place.resolve()?;
    let _lock = lock_existing(&dir)?;
    let authority = Authority::open(&dir, now_ms)?;
    let mut issued = Issued::read(&dir)?;
    if !args.again && issued.has_valid_client(&subject.name, now_ms) {
        return Err(CertsError::Exists { name: subject.name });
    }
    let running = args.place.running();
    let bootstrap = running.as_deref();
    let entry = client::issue(
        &dir,
        &authority,
        &mut issued,
        &subject,
        bootstrap,
        args.days,
        now_ms,
    )?;
    issued.write(&dir)?;
    Ok(told(&entry, &dir))
}

fn revoke(args: &RevokeArgs, now_ms: i64) -> Result<String, CertsError> {
    let dir = args.place.resolve()?;
    let _lock = lock_existing(&dir)?;
    let authority = Authority::open(&dir, now_ms)?;
    let mut issued = Issued::read(&dir)?;
    let count = issued.revoke(&args.name, now_ms);
    if count == 0 {
        return Err(CertsError::Unknown {
            name: args.name.clone(),
        });
    }
    authority.publish(&dir, &mut issued, now_ms)?;
    let plural = if count == 1 { "" } else { "s" };
    Ok(format!(
        "{count} certificate{plural} revoked; {} is new, and in force within a second\n",
        dir.crl().display()
    ))
}

fn list(args: &ListArgs, now_ms: i64) -> Result<String, CertsError> {
    let dir = args.place.resolve()?;
    if !dir.has_authority() {
        return Err(CertsError::NoAuthority {
            dir: dir.path().to_owned(),
        });
    }
    let issued = Issued::read(&dir)?;
    let rows: Vec<Row<'_>> = issued
        .certificates
        .iter()
        .map(|entry| row(entry, now_ms))
        .collect();
    if args.json {
        let text = serde_json::to_string_pretty(&rows)
            .map_err(|error| CertsError::make("JSON")(error.into()))?;
        return Ok(text + "\n");
    }
    let mut table = Table::new(["NAME", "PRINCIPAL", "STATE", "NOT AFTER", "SERIAL"]);
    for row in rows {
        let state = match row.state {
            State::Expired => "expired",
            State::Revoked => "revoked",
            State::Valid => "valid",
        };
        table.row([
            row.name.to_owned(),
            row.principal.to_owned(),
            state.to_owned(),
            row.not_after,
            row.serial.to_owned(),
        ]);
    }
    Ok(table.to_string())
}

/// A lock makes the directory; nobody wants one where there is no authority.
fn lock_existing(dir: &PkiDir) -> Result<service::files::Lock, CertsError> {
    if !dir.has_authority() {
        return Err(CertsError::NoAuthority {
            dir: dir.path().to_owned(),
        });
    }
    dir.lock()
}

fn row(entry: &Entry, now_ms: i64) -> Row<'_> {
    Row {
        name: &entry.name,
        principal: &entry.principal,
        serial: &entry.serial,
        state: entry.state(now_ms),
        not_after: date(entry.not_after_ms),
    }
}

fn told(entry: &Entry, dir: &PkiDir) -> String {
    let folder = dir.client(&entry.name);
    format!(
        "principal   {}\nserial      {}\nnot after   {}\nfolder      {}\nJava        {}\nkcat        {}\n",
        entry.principal,
        entry.serial,
        date(entry.not_after_ms),
        folder.path().display(),
        folder.java().display(),
        folder.kcat().display(),
    )
}

/// RFC 3339, in UTC.
fn date(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

fn report(error: &CertsError) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
