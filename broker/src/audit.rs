//! What is told of decisions: Kafka's authorizer log, and the audit log beside it.
//!
//! The authorizer log has Kafka's lines under Kafka's logger. The audit log (`audit.log`) has one
//! JSON object per line for each denial and each administrative change:
//!
//! ```text
//! {"time":…,"event":"denied","principal":"User:a","client":"10.0.0.1","listener":…,"client_id":…,
//!  "api":"Produce","operation":"WRITE","resource_type":"Topic","resource":"t","error":…,"rule":…}
//! {"time":…,"event":"changed",…,"api":"CreateAcls","resource_type":…,"resource":…,"change":"…"}
//! {"time":…,"event":"changed","source":"identity-store","resource_type":"User","resource":"alice","change":"created",
//!  "changed_by":{"known_from":"command","uid":0,"user":"root","sudo_user":"bob"}}
//! {"time":…,"event":"denied-repeatedly","principal":…,"operation":…,…,"repeated":532}
//! ```
//!
//! For a principal of type `IAM` an event has further members with the names of CloudTrail. Who is
//! denied the same again and again is told of a few times a minute, and then counted, in both logs;
//! who is denied very much has a bounded number of lines and takes none from others.

use std::fmt;
use std::net::IpAddr;

use authz::acl::HostAddress;
use authz::checks::Refusal;
use authz::iam::IamAction;
use authz::{Check, LogLine, Operation, Resource, Rule};
use iam::{Author, Changes};
use identity::{IamCaller, IamContext, Principal};
use mbean::Counter;
use serde::Serialize;
use service::AuditLog;
use service::audit::{Admission, Repeated, Repeats, network};
use tracing::{Level, debug, event_enabled, info, trace};

use crate::context::RequestContext;

/// Kafka's logger of decisions.
const LOGGER: &str = "kafka.authorizer.logger";
/// Longest name of a resource in an event: a group's may have 32,767 bytes.
const NAME_CHARS_MAX: usize = 1024;
/// What of a name tells denials apart: thousands of them are kept for a minute.
const KIND_CHARS_MAX: usize = 128;

/// Where what is not asked for over Kafka is changed.
const STORE: &str = "identity-store";

/// The audit log of this node.
#[derive(Debug)]
pub struct Audit {
    log: AuditLog,
    denials: Repeats<Source, Denial>,
    acl: Decisions,
    iam: Decisions,
}

/// What one engine of the authorizer decided.
#[derive(Debug, Default)]
pub struct Decisions {
    /// All.
    pub asked: Counter,
    /// Those that allowed.
    pub allowed: Counter,
    /// Those that denied.
    pub denied: Counter,
}

impl Decisions {
    /// Counts one.
    pub fn count(&self, allowed: bool) {
        self.asked.inc();
        match allowed {
            true => self.allowed.inc(),
            false => self.denied.inc(),
        }
    }
}

/// Who is denied: a principal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Source {
    principal: Principal,
    /// Of whoever is nobody: strangers are told apart by where they are.
    network: Option<IpAddr>,
}

/// What makes denials of one principal the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Denial {
    api: &'static str,
    operation: Operation,
    resource_type: &'static str,
    resource: Box<str>,
}

/// Who caused an event, and by what.
#[derive(Serialize)]
struct Cause<'a> {
    principal: String,
    client: String,
    listener: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    api: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    iam: Option<IamIdentity<'a>>,
}

/// CloudTrail's words for a caller (`userIdentity`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IamIdentity<'a> {
    user_identity: UserIdentity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: &'a str,
    arn: &'a str,
    account_id: &'a str,
    access_key_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
}

/// CloudTrail's words for what was asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IamRequest {
    event_name: &'static str,
    #[serde(rename = "resourceARN")]
    resource_arn: String,
}

#[derive(Serialize)]
struct DeniedEvent<'a> {
    event: &'static str,
    #[serde(flatten)]
    cause: Cause<'a>,
    operation: &'static str,
    resource_type: &'static str,
    resource: &'a str,
    error: Option<&'static str>,
    rule: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    request: Option<IamRequest>,
}

#[derive(Serialize)]
struct RepeatedEvent<'a> {
    event: &'static str,
    principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<IpAddr>,
    api: Option<&'static str>,
    operation: Option<&'static str>,
    resource_type: Option<&'static str>,
    resource: Option<&'a str>,
    repeated: u64,
}

#[derive(Serialize)]
struct ChangedEvent<'a> {
    event: &'static str,
    #[serde(flatten)]
    cause: Cause<'a>,
    resource_type: &'static str,
    resource: &'a str,
    change: String,
}

/// A change that no request made: whom the operating system knows is named.
#[derive(Serialize)]
struct StoreChangedEvent<'a> {
    event: &'static str,
    source: &'static str,
    resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a str>,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_by: Option<&'a Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    further: Option<u64>,
}

impl Audit {
    /// An audit over an open log.
    pub fn new(log: AuditLog) -> Self {
        Self {
            log,
            denials: Repeats::new(),
            acl: Decisions::default(),
            iam: Decisions::default(),
        }
    }

    /// What ACLs decided.
    pub fn acl_decisions(&self) -> &Decisions {
        &self.acl
    }

    /// What IAM policies decided.
    pub fn iam_decisions(&self) -> &Decisions {
        &self.iam
    }

    /// Tells of a check that failed.
    pub(crate) fn denied(
        &self,
        context: &RequestContext,
        refusal: &Refusal<'_>,
        references: usize,
    ) {
        let resource = refusal.resource;
        let denial = Denial {
            api: context.api.name(),
            operation: refusal.operation,
            resource_type: resource.kind.title(),
            resource: cut(resource.name, KIND_CHARS_MAX).into(),
        };
        let source = Source::of(context);
        if self.denials.admit(source, denial, context.now_ms) == Admission::Count {
            return;
        }
        let rule = &refusal.denied.rule;
        let line = line(
            context,
            refusal.operation,
            resource,
            references,
            false,
            rule,
        );
        info!(target: LOGGER, "{line}");
        self.log.record(&DeniedEvent {
            event: "denied",
            cause: Cause::of(context),
            operation: refusal.operation.name(),
            resource_type: resource.kind.title(),
            resource: cut(resource.name, NAME_CHARS_MAX),
            error: refusal.error.name(),
            rule: rule.to_string(),
            request: asked(context, refusal.operation, resource),
        });
    }

    /// Tells of an administrative change that was made: of what, and which.
    pub(crate) fn changed(
        &self,
        context: &RequestContext,
        resource: Resource<'_>,
        change: &dyn fmt::Display,
    ) {
        self.log.record(&ChangedEvent {
            event: "changed",
            cause: Cause::of(context),
            resource_type: resource.kind.title(),
            resource: cut(resource.name, NAME_CHARS_MAX),
            change: change.to_string(),
        });
    }

    /// Tells what people changed in the identity store: kinds, names, and who it was.
    pub(crate) fn identity_store_changed(&self, changes: &Changes) {
        for (resource_type, changes) in changes.iter() {
            for named in &changes.named {
                self.log.record(&StoreChangedEvent {
                    event: "changed",
                    source: STORE,
                    resource_type,
                    resource: Some(&named.name),
                    change: named.change.name(),
                    changed_by: Some(&named.author),
                    further: None,
                });
            }
            if changes.further > 0 {
                self.log.record(&StoreChangedEvent {
                    event: "changed",
                    source: STORE,
                    resource_type,
                    resource: None,
                    change: "further changes",
                    changed_by: None,
                    further: Some(changes.further),
                });
            }
        }
    }

    /// For a periodic caller: tells how often denials were repeated that were not told of.
    pub fn tell_repeats(&self, now_ms: i64) {
        for Repeated {
            source,
            kind,
            count,
        } in self.denials.drain(now_ms)
        {
            tell_repeated(source.as_ref(), kind.as_ref(), count);
            self.log.record(&RepeatedEvent {
                event: "denied-repeatedly",
                principal: source.as_ref().map(|source| source.principal.to_string()),
                client: source.as_ref().and_then(|source| source.network),
                api: kind.as_ref().map(|denial| denial.api),
                operation: kind.as_ref().map(|denial| denial.operation.name()),
                resource_type: kind.as_ref().map(|denial| denial.resource_type),
                resource: kind.as_ref().map(|denial| &*denial.resource),
                repeated: count,
            });
        }
    }
}

/// The authorizer log's line about what was counted.
fn tell_repeated(source: Option<&Source>, kind: Option<&Denial>, count: u64) {
    let Some(Source { principal, .. }) = source else {
        info!(target: LOGGER, "{count} further requests of many principals were denied");
        return;
    };
    match kind {
        Some(denial) => info!(
            target: LOGGER,
            "Principal = {principal} was denied operation = {} on resource = {}:LITERAL:{} for \
             request = {} {count} more times within a minute",
            denial.operation.name(),
            denial.resource_type,
            denial.resource,
            denial.api,
        ),
        None => info!(
            target: LOGGER,
            "Principal = {principal} was denied {count} further requests of many kinds within a minute"
        ),
    }
}

/// Writes what was allowed where somebody wants to read it: at DEBUG, as in Kafka.
pub(crate) fn allowed(context: &RequestContext, check: &Check, name: &str, references: usize) {
    if !event_enabled!(target: LOGGER, Level::DEBUG) {
        return;
    }
    for (operation, target) in check.any_of() {
        let resource = target.resource(name);
        let (subject, authorizer) = (context.subject(), &context.connection.authorizer);
        let explained = authorizer.explain(&subject, operation, resource);
        if explained.allowed {
            let line = line(
                context,
                operation,
                resource,
                references,
                true,
                &explained.rule,
            );
            debug!(target: LOGGER, "{line}");
            return;
        }
    }
}

/// Writes what was asked to filter a list: at TRACE, as in Kafka.
pub(crate) fn filtered(context: &RequestContext, operation: Operation, resource: Resource<'_>) {
    if event_enabled!(target: LOGGER, Level::TRACE) {
        let (subject, authorizer) = (context.subject(), &context.connection.authorizer);
        let explained = authorizer.explain(&subject, operation, resource);
        let line = line(
            context,
            operation,
            resource,
            1,
            explained.allowed,
            &explained.rule,
        );
        trace!(target: LOGGER, "{line}");
    }
}

fn line<'a>(
    context: &'a RequestContext,
    operation: Operation,
    resource: Resource<'a>,
    references: usize,
    allowed: bool,
    rule: &'a Rule,
) -> LogLine<'a> {
    LogLine {
        subject: context.subject(),
        api: context.api,
        operation,
        resource: Resource {
            name: cut(resource.name, NAME_CHARS_MAX),
            ..resource
        },
        references,
        allowed,
        rule,
    }
}

/// What of a name fits an event.
fn cut(name: &str, chars_max: usize) -> &str {
    match name.char_indices().nth(chars_max) {
        Some((end, _)) => name.get(..end).unwrap_or_default(),
        None => name,
    }
}

/// Of a principal of type `IAM`: the action that was asked for, and on what.
fn asked(context: &RequestContext, operation: Operation, on: Resource<'_>) -> Option<IamRequest> {
    context.connection.iam.as_ref()?;
    let action = IamAction::of(operation, on.kind)?;
    Some(IamRequest {
        event_name: action.name(),
        resource_arn: context.connection.authorizer.iam()?.resource_arn(on)?,
    })
}

impl Source {
    fn of(context: &RequestContext) -> Self {
        let connection = &context.connection;
        let is_nobody = connection.principal == Principal::anonymous();
        Self {
            principal: connection.principal.clone(),
            network: is_nobody.then(|| network(connection.client_address)),
        }
    }
}

impl<'a> Cause<'a> {
    fn of(context: &'a RequestContext) -> Self {
        let connection = &context.connection;
        Self {
            principal: connection.principal.to_string(),
            client: HostAddress(connection.client_address).to_string(),
            listener: &connection.listener,
            client_id: context.client_id.as_deref(),
            api: context.api.name(),
            iam: connection.iam.as_ref().map(|iam| IamIdentity {
                user_identity: UserIdentity::of(&connection.principal, iam),
            }),
        }
    }
}

impl<'a> UserIdentity<'a> {
    fn of(principal: &'a Principal, iam: &'a IamContext) -> Self {
        let (kind, user_name) = match &iam.caller {
            IamCaller::User { name } => ("IAMUser", Some(name.as_str())),
            IamCaller::AssumedRole { .. } => ("AssumedRole", None),
        };
        Self {
            kind,
            principal_id: &iam.user_id,
            arn: principal.name(),
            account_id: &iam.account_id,
            access_key_id: &iam.access_key_id,
            user_name,
        }
    }
}
