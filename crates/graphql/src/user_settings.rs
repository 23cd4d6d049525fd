//! `UserSettings`, and the mutations by which people and administrators set things.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{ClientId, INSECURE_CONTENT_WARNING, StaffId};
use tidings_policy::{NoticeChannel, carries_content};
use tidings_service::{
    SetClientMessaging, SettingsSaved, StaffPatch, UpdateMySettings, UpdateStaffSettings,
};

use crate::client::Client;
use crate::directory_mutations::{StaffMemberPayload, staff_member};
use crate::enums::{EmailNotification, EnterKeyAction};
use crate::error::{UserError, fault, not_found, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;
use crate::staff::StaffMember;

/// What a person decides for themselves. Nobody else reads it.
#[derive(Description)]
pub(crate) struct UserSettings(tidings_domain::UserSettings);

#[Object(use_type_description)]
impl UserSettings {
    /// Who has set it, where the person is a staff member: some settings stand there, since colleagues
    /// read them, too. Null for a portal account.
    async fn staff_member(&self, ctx: &Context<'_>) -> Option<Result<StaffMember>> {
        let id = ctx.viewer().ok()?.staff()?.id;
        let row = ctx.one(id).await;
        Some(row.and_then(|row| row.map(StaffMember::from).ok_or_else(not_found)))
    }

    /// What the Enter key does where a message is written. A matter of the application.
    async fn enter_key_action(&self) -> EnterKeyAction {
        self.0.enter_key.into()
    }

    /// Whether the application opens the most recent thread at its start, which `inbox(first: 1)`
    /// gives.
    async fn open_most_recent_thread(&self) -> bool {
        self.0.open_most_recent_thread
    }

    /// Whether the person is alerted while using the portal. Off, data goes on to come.
    async fn in_app_alerts(&self) -> bool {
        self.0.in_app_alerts
    }

    /// Whether the person is told by e-mail that something waits.
    async fn notify_by_email(&self) -> bool {
        self.0.notify_by_email
    }

    /// Whether the person wants the text of messages in e-mails. It comes only if the agency's policy
    /// lets it: see `emailsCarryContent`.
    async fn email_content(&self) -> bool {
        self.0.email_content
    }

    /// Whether the person wants the text of messages in alerts: see `alertsCarryContent`.
    async fn alert_content(&self) -> bool {
        self.0.alert_content
    }

    /// Whether e-mails to the person carry the text of messages at present: the agency's policy and the
    /// person both have it on.
    async fn emails_carry_content(&self, ctx: &Context<'_>) -> Result<bool> {
        self.carry_content(ctx, NoticeChannel::Email)
    }

    /// The same for alerts.
    async fn alerts_carry_content(&self, ctx: &Context<'_>) -> Result<bool> {
        self.carry_content(ctx, NoticeChannel::Alert)
    }
}

impl UserSettings {
    fn carry_content(&self, ctx: &Context<'_>, by: NoticeChannel) -> Result<bool> {
        let viewer = ctx.viewer()?;
        let to = viewer.principal().kind();
        Ok(carries_content(viewer.policy(), &self.0, to, by))
    }
}

#[derive(Default)]
pub(crate) struct SettingsQuery;

#[Object]
impl SettingsQuery {
    /// The viewer's own settings.
    async fn my_settings(&self, ctx: &Context<'_>) -> Result<UserSettings> {
        let settings = ctx.service()?.store.own_settings(&*ctx.viewer()?).await;
        Ok(UserSettings(settings.map_err(|error| fault(&error))?))
    }
}

/// The viewer's own settings to change, all or nothing. What is left out stays.
#[derive(InputObject)]
pub(crate) struct UpdateMySettingsInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Whether clients may start threads with the viewer. Staff only.
    allow_client_initiated_contact: Option<bool>,
    /// Whether clients see the viewer on their care team. Staff only.
    display_in_portal: Option<bool>,
    /// Of what the viewer is told by e-mail. Staff only.
    email_notifications: Option<Vec<EmailNotification>>,
    /// What the Enter key does.
    enter_key_action: Option<EnterKeyAction>,
    /// Whether the application opens the most recent thread at its start.
    open_most_recent_thread: Option<bool>,
    /// Whether the viewer is alerted while using the portal.
    in_app_alerts: Option<bool>,
    /// Whether the viewer is told by e-mail that something waits.
    notify_by_email: Option<bool>,
    /// Whether the viewer wants the text of messages in e-mails. Turned on only with
    /// `acknowledgeInsecure`.
    email_content: Option<bool>,
    /// Whether the viewer wants the text of messages in alerts. Turned on only with
    /// `acknowledgeInsecure`.
    alert_content: Option<bool>,
    /// Whether the person has read and accepted `MessagingPolicy.emailContentWarning`.
    #[graphql(default)]
    acknowledge_insecure: bool,
}

/// What came of a change of the viewer's settings.
#[derive(SimpleObject)]
pub(crate) struct UserSettingsPayload {
    /// The settings as saved.
    settings: Option<UserSettings>,
    /// What must be acknowledged before content leaves in e-mails and alerts.
    email_content_warning: &'static str,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// Settings of a staff member to change, all or nothing. What is left out stays.
#[derive(InputObject)]
pub(crate) struct UpdateStaffSettingsInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// Whose. Left out, the viewer's own, for which `updateMySettings` is there.
    staff_member_id: Option<ID>,
    /// Whether clients may start threads with them.
    allow_client_initiated_contact: Option<bool>,
    /// Whether clients see them on their care team.
    display_in_portal: Option<bool>,
    /// Of what they are told by e-mail.
    email_notifications: Option<Vec<EmailNotification>>,
}

/// What clients may do in messages, for all of them or for none. What is left out stays.
#[derive(InputObject)]
pub(crate) struct SetClientMessagingInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The clients: 1 to 100.
    client_ids: Vec<ID>,
    /// Whether they may write as such. One who may not reads on.
    send: Option<bool>,
    /// Whether they may use direct chats. Without, their direct threads are out of their sight until it
    /// is given back; groups, teams and broadcasts stay.
    direct_chat_access: Option<bool>,
}

/// What came of a change of what clients may do.
#[derive(SimpleObject)]
pub(crate) struct ClientsPayload {
    /// The clients, in the order of the input.
    clients: Vec<Client>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct SettingsMutation;

#[Object]
impl SettingsMutation {
    /// Changes the viewer's own settings.
    async fn update_my_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settings.")] input: UpdateMySettingsInput,
    ) -> Result<UserSettingsPayload> {
        let update = UpdateMySettings {
            acknowledge_insecure: input.acknowledge_insecure,
            staff: StaffPatch {
                allow_client_contact: input.allow_client_initiated_contact,
                display_in_portal: input.display_in_portal,
                email_notifications: types(input.email_notifications),
            },
            enter_key: input.enter_key_action.map(Into::into),
            open_most_recent_thread: input.open_most_recent_thread,
            in_app_alerts: input.in_app_alerts,
            notify_by_email: input.notify_by_email,
            email_content: input.email_content,
            alert_content: input.alert_content,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let saved = ctx.service()?.update_my_settings(&viewer, key, update);
        let (settings, user_errors) = match outcome(saved.await)? {
            Ok(SettingsSaved { settings }) => (Some(UserSettings(settings)), Vec::new()),
            Err(user_errors) => (None, user_errors),
        };
        Ok(UserSettingsPayload {
            settings,
            email_content_warning: INSECURE_CONTENT_WARNING,
            user_errors,
        })
    }

    /// Changes settings of a staff member. For practice and system admins; one's own are changed by
    /// `updateMySettings`.
    async fn update_staff_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The staff member and the settings.")] input: UpdateStaffSettingsInput,
    ) -> Result<StaffMemberPayload> {
        let update = UpdateStaffSettings {
            staff: input
                .staff_member_id
                .as_ref()
                .map(StaffId::parse)
                .transpose()?,
            patch: StaffPatch {
                allow_client_contact: input.allow_client_initiated_contact,
                display_in_portal: input.display_in_portal,
                email_notifications: types(input.email_notifications),
            },
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let changed = ctx.service()?.update_staff_settings(&viewer, key, update);
        staff_member(ctx, changed.await).await
    }

    /// Lets clients write and use direct chats, or not; takes effect at once, on open streams, too. For
    /// practice and clinical admins.
    async fn set_client_messaging(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The clients and what they may do.")] input: SetClientMessagingInput,
    ) -> Result<ClientsPayload> {
        let ids = input.client_ids.iter().map(ClientId::parse);
        let set = SetClientMessaging {
            clients: ids.collect::<Result<_>>()?,
            send: input.send,
            direct_chat: input.direct_chat_access,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let set = ctx.service()?.set_client_messaging(&viewer, key, set);
        Ok(match outcome(set.await)? {
            Ok(set) => {
                let rows = set.clients.into_iter().map(async |id| ctx.one(id).await);
                let clients = futures_util::future::try_join_all(rows).await?;
                ClientsPayload {
                    clients: clients.into_iter().flatten().map(Client::from).collect(),
                    user_errors: Vec::new(),
                }
            }
            Err(user_errors) => ClientsPayload {
                clients: Vec::new(),
                user_errors,
            },
        })
    }
}

fn types(types: Option<Vec<EmailNotification>>) -> Option<Vec<tidings_domain::EmailNotification>> {
    types.map(|types| types.into_iter().map(Into::into).collect())
}
