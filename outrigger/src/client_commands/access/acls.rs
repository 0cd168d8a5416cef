//! The decision by ACLs: those that the cluster describes, and the settings of its authorizer.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use authz::acl::{
    Acl, AclEngine, AclHost, AclOperation, AclRelevance, AclSettings, PatternType, Permission,
};
use authz::{Operation, Resource, ResourceType, Rule, Subject};
use broker::config::{AclConfig, BrokerConfig};
use client::DescribedAcl;

use super::super::CommandError;
use super::{Considered, ExplainArgs, Explained};

/// Longest server.properties that is read, as the broker's own.
const PROPERTIES_BYTES_MAX: u64 = 1 << 20;

pub(super) async fn explain(
    args: &ExplainArgs,
    operation: Operation,
    now_ms: i64,
) -> Result<Explained, CommandError> {
    let cluster = args.cluster.connect().await?;
    let (kind, name) = (args.resource.kind, args.resource.name.as_str());
    let described = cluster.acls_for(kind.code(), name).await?;
    let settings = settings(args)?;
    Ok(decide(args, operation, described, settings, now_ms))
}

/// The answer; without `described` the cluster has no authorizer, and without `settings` nobody
/// says how it is configured.
pub(super) fn decide(
    args: &ExplainArgs,
    operation: Operation,
    described: Option<Vec<DescribedAcl>>,
    settings: Option<AclConfig>,
    now_ms: i64,
) -> Explained {
    let Some(described) = described else {
        return args.explained("acl", true, Rule::NoAuthorizer.to_string());
    };
    let (acls, unknown): (Vec<_>, Vec<_>) = described.iter().map(parse).partition(Result::is_ok);
    let known = settings.is_some();
    let settings = settings.unwrap_or_default();
    let engine = AclEngine::new(AclSettings {
        super_users: settings.super_users.into_iter().collect(),
        allow_everyone_if_no_acl_found: settings.allow_everyone_if_no_acl_found,
    });
    engine.replace(acls.into_iter().flatten().map(Arc::new));
    let subject = Subject {
        principal: &args.principal,
        iam: None,
        client_address: args.host,
        secure: true,
        now_ms,
    };
    let resource = Resource::of(args.resource.kind, &args.resource.name);
    let decision = engine.decide(&subject, operation, resource);
    let mut explained = args.explained("acl", decision.allowed, decision.rule.to_string());
    explained.considered = engine
        .acls_for(resource)
        .iter()
        .map(|acl| Considered {
            says: word(acl.relevance(&subject, operation)),
            what: acl.to_string(),
        })
        .collect();
    if !known {
        explained.assumed = vec![
            "super.users is empty and allow.everyone.if.no.acl.found is false, because no \
             server.properties was found; name it with --config"
                .to_owned(),
        ];
    }
    let unknown = unknown.into_iter().filter_map(Result::err);
    explained.assumed.extend(unknown);
    explained
}

/// An entry; a code that this program does not know makes it one that is not looked at.
fn parse(described: &DescribedAcl) -> Result<Acl, String> {
    let acl = || {
        Some(Acl {
            resource_type: ResourceType::from_code(described.resource_type)?,
            resource_name: described.resource_name.as_str().into(),
            pattern_type: PatternType::from_code(described.pattern_type)?,
            operation: AclOperation::from_code(described.operation)?,
            principal: Acl::principal_of(&described.principal)?,
            host: AclHost::new(&described.host),
            permission: Permission::from_code(described.permission)?,
        })
    };
    acl().ok_or_else(|| {
        format!("an ACL that this program does not know has no effect: {described:?}")
    })
}

fn word(relevance: AclRelevance) -> &'static str {
    match relevance {
        AclRelevance::Allows => "allows",
        AclRelevance::Denies => "denies",
        AclRelevance::OtherPrincipal => "other principal",
        AclRelevance::OtherHost => "other host",
        AclRelevance::OtherOperation => "other operation",
    }
}

/// How the authorizer is configured: by the file that was named, else by that of the data
/// directory where the cluster is its own.
fn settings(args: &ExplainArgs) -> Result<Option<AclConfig>, CommandError> {
    let path = match &args.config {
        Some(path) => path.clone(),
        None => match own_properties(args) {
            Some(path) => path,
            None => return Ok(None),
        },
    };
    read(&path).map(Some)
}

fn own_properties(args: &ExplainArgs) -> Option<PathBuf> {
    let path = args.cluster.own_data_dir()?.properties("server.properties");
    path.exists().then_some(path)
}

fn read(path: &Path) -> Result<AclConfig, CommandError> {
    let text = service::files::read_text(path, PROPERTIES_BYTES_MAX).map_err(|source| {
        CommandError::Input {
            what: path.display().to_string(),
            source,
        }
    })?;
    match BrokerConfig::from_properties(&text, &[]) {
        Ok((config, _)) => Ok(config.security.acls.unwrap_or_default()),
        Err(errors) => Err(CommandError::Usage(format!(
            "{} is no configuration of a broker: {errors}",
            path.display()
        ))),
    }
}
