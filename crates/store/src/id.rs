//! Identifiers: UUIDs (version 7) made by the caller, one type per kind of row.

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// Names an account.
    AccountId;
    /// Names a log-in on one device.
    SessionId;
    /// Names an API key.
    ApiKeyId;
    /// Names a confirmation code sent to an address.
    ContactCodeId;
    /// Names a cloud resource.
    ResourceId;
    /// Names a filing order.
    OrderId;
    /// Names an uploaded document or photograph.
    MaterialId;
    /// Names a link that hands a task over to a phone.
    HandoverId;
    /// Names an entry of the phone log.
    CallId;
    /// Names a job.
    JobId;
    /// Names an outbound message.
    MessageId;
    /// Names an upload to a bureau.
    UploadId;
    /// Names a file downloaded from a bureau.
    DownloadId;
    /// Names a filed subject.
    SubjectId;
    /// Names a filed site.
    SiteId;
    /// Names a task.
    TaskId;
    /// Names a paper sent for something filed.
    SupplementId;
    /// Names a record of the provider's addresses.
    IpRangeId;
}
