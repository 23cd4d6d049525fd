-- Generated from the migrations. Remake with `cargo xtask generate`.

-- m0001_directory
CREATE TABLE "agency" (
  "id" uuid NOT NULL PRIMARY KEY,
  "name" text NOT NULL,
  "time_zone" text NOT NULL,
  "policy_version" integer NOT NULL,
  "created_at" timestamp with time zone NOT NULL );
CREATE TABLE "messaging_policy" (
  "agency_id" uuid NOT NULL,
  "version" integer NOT NULL,
  "switches" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("agency_id",
  "version"), FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "staff_member" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "display_name" text NOT NULL,
  "title" text NULL,
  "email" text NOT NULL,
  "roles" integer NOT NULL,
  "active" bool NOT NULL,
  "allow_client_contact" bool NOT NULL,
  "display_in_portal" bool NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "supervision" (
  "supervisor_id" uuid NOT NULL,
  "supervisee_id" uuid NOT NULL, PRIMARY KEY ("supervisor_id",
  "supervisee_id"), FOREIGN KEY ("supervisor_id") REFERENCES "staff_member" ("id"), FOREIGN KEY ("supervisee_id") REFERENCES "staff_member" ("id") );
CREATE TABLE "client" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "display_name" text NOT NULL,
  "sort_name" text NOT NULL,
  "email" text NULL,
  "status" text NOT NULL,
  "direct_chat" bool NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "portal_account" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "display_name" text NOT NULL,
  "email" text NOT NULL,
  "state" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "portal_account_client" (
  "client_id" uuid NOT NULL PRIMARY KEY,
  "account_id" uuid NOT NULL,
  "rank" integer NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("account_id") REFERENCES "portal_account" ("id") );
CREATE TABLE "care_team_member" (
  "id" uuid NOT NULL PRIMARY KEY,
  "client_id" uuid NOT NULL,
  "staff_id" uuid NOT NULL,
  "start_date" date NOT NULL,
  "end_date" date NULL,
  "public" bool NOT NULL,
  "source" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("staff_id") REFERENCES "staff_member" ("id") );
CREATE TABLE "audience" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "kind" text NOT NULL,
  "label" text NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "topic" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "audience_id" uuid NOT NULL,
  "audience" text NOT NULL,
  "title" text NOT NULL,
  "default_subject" text NOT NULL,
  "rank" integer NOT NULL, FOREIGN KEY ("audience_id") REFERENCES "audience" ("id") );
CREATE INDEX "staff_member_by_name" ON "staff_member" ("agency_id", "display_name", "id");
CREATE INDEX "supervision_by_supervisee" ON "supervision" ("supervisee_id");
CREATE INDEX "client_by_name" ON "client" ("agency_id", "sort_name", "id");
CREATE INDEX "portal_account_client_by_account" ON "portal_account_client" ("account_id", "rank");
CREATE INDEX "care_team_member_by_client" ON "care_team_member" ("client_id", "start_date");
CREATE INDEX "care_team_member_by_staff" ON "care_team_member" ("staff_id", "client_id");
CREATE UNIQUE INDEX "audience_by_kind" ON "audience" ("agency_id", "kind");
CREATE INDEX "topic_by_audience" ON "topic" ("audience_id", "rank");

-- m0002_messages
CREATE TABLE "thread" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "kind" text NOT NULL,
  "lifecycle" text NOT NULL,
  "audience" text NULL,
  "client_id" uuid NULL,
  "topic_id" uuid NULL,
  "subject" text NOT NULL,
  "started_by_kind" text NOT NULL,
  "started_by_id" uuid NOT NULL,
  "version" integer NOT NULL,
  "last_seq" bigint NOT NULL,
  "last_message_id" uuid NOT NULL,
  "last_activity_at" timestamp with time zone NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id"), FOREIGN KEY ("client_id") REFERENCES "client" ("id") );
CREATE TABLE "thread_participant" (
  "thread_id" uuid NOT NULL,
  "principal_id" uuid NOT NULL,
  "principal_kind" text NOT NULL,
  "standing" text NOT NULL,
  "last_activity_at" timestamp with time zone NOT NULL, PRIMARY KEY ("thread_id",
  "principal_id"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "message" (
  "id" uuid NOT NULL PRIMARY KEY,
  "thread_id" uuid NOT NULL,
  "seq" bigint NOT NULL,
  "author_kind" text NOT NULL,
  "author_id" uuid NOT NULL,
  "account_id" uuid NULL,
  "body" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "seen_by_client_at" timestamp with time zone NULL, FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "thread_state" (
  "viewer_id" uuid NOT NULL,
  "thread_id" uuid NOT NULL,
  "read_seq" bigint NOT NULL,
  "unread_adjust" bigint NOT NULL,
  "pinned" bool NOT NULL, PRIMARY KEY ("viewer_id",
  "thread_id"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "message_mark" (
  "viewer_id" uuid NOT NULL,
  "thread_id" uuid NOT NULL,
  "seq" bigint NOT NULL, PRIMARY KEY ("viewer_id",
  "thread_id",
  "seq"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "read_receipt" (
  "thread_id" uuid NOT NULL,
  "reader_id" uuid NOT NULL,
  "reader_kind" text NOT NULL,
  "from_seq" bigint NOT NULL,
  "to_seq" bigint NOT NULL,
  "seen_at" timestamp with time zone NOT NULL, PRIMARY KEY ("thread_id",
  "reader_id",
  "from_seq",
  "to_seq"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE INDEX "thread_by_agency" ON "thread" ("agency_id", "audience", "lifecycle", "last_activity_at" DESC, "id" DESC);
CREATE INDEX "thread_by_client" ON "thread" ("client_id", "lifecycle", "last_activity_at" DESC, "id" DESC);
CREATE INDEX "thread_participant_by_principal" ON "thread_participant" ("principal_id", "last_activity_at" DESC, "thread_id" DESC);
CREATE UNIQUE INDEX "message_by_thread" ON "message" ("thread_id", "seq");
CREATE INDEX "thread_state_pinned" ON "thread_state" ("viewer_id") WHERE "pinned" IS TRUE;

-- m0003_event_log
CREATE TABLE "event" (
  "seq" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY,
  "tx" bigint NOT NULL DEFAULT ((GREATEST(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1))),
  "at" timestamp with time zone NOT NULL,
  "agency_id" uuid NOT NULL,
  "thread_id" uuid NULL,
  "client_id" uuid NULL,
  "access" bool NOT NULL,
  "payload" text NOT NULL );
CREATE TABLE "event_floor" (
  "id" integer NOT NULL PRIMARY KEY,
  "tx" bigint NOT NULL,
  "seq" bigint NOT NULL );
CREATE TABLE "idempotency_key" (
  "viewer_id" uuid NOT NULL,
  "key" text NOT NULL,
  "fingerprint" text NOT NULL,
  "outcome" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("viewer_id",
  "key") );
CREATE INDEX "event_by_position" ON "event" ("tx", "seq");
CREATE INDEX "event_by_access" ON "event" ("tx", "seq") WHERE "access" IS TRUE;
CREATE INDEX "event_by_time" ON "event" ("at");
CREATE INDEX "idempotency_key_by_time" ON "idempotency_key" ("created_at");

-- m0004_rich_text
ALTER TABLE "message" ADD COLUMN "body_format" text NOT NULL DEFAULT 'PLAIN';
ALTER TABLE "message" ADD COLUMN "body_html" text NULL;

-- m0005_attachments
CREATE TABLE "attachment" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "uploader_kind" text NOT NULL,
  "uploader_id" uuid NOT NULL,
  "client_id" uuid NULL,
  "purpose" text NOT NULL,
  "file_name" text NOT NULL,
  "media_type" text NOT NULL,
  "kind" text NOT NULL,
  "bytes" bigint NOT NULL,
  "sha256" text NOT NULL,
  "width" integer NULL,
  "height" integer NULL,
  "duration_ms" bigint NULL,
  "file_id" uuid NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "expires_at" timestamp with time zone NOT NULL,
  "message_id" uuid NULL,
  "thread_id" uuid NULL,
  "rank" integer NULL,
  "sent_at" timestamp with time zone NULL, FOREIGN KEY ("message_id") REFERENCES "message" ("id"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "upload" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "uploader_kind" text NOT NULL,
  "uploader_id" uuid NOT NULL,
  "client_id" uuid NULL,
  "purpose" text NOT NULL,
  "file_name" text NOT NULL,
  "media_type" text NOT NULL,
  "bytes" bigint NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "expires_at" timestamp with time zone NOT NULL );
CREATE INDEX "attachment_by_message" ON "attachment" ("message_id", "rank");
CREATE INDEX "attachment_by_thread" ON "attachment" ("thread_id", "sent_at" DESC, "id" DESC) WHERE "sent_at" IS NOT NULL;
CREATE INDEX "attachment_by_client" ON "attachment" ("client_id", "sent_at" DESC, "id" DESC) WHERE "sent_at" IS NOT NULL;
CREATE INDEX "attachment_by_agency" ON "attachment" ("agency_id", "sent_at" DESC, "id" DESC) WHERE "sent_at" IS NOT NULL;
CREATE INDEX "attachment_unsent" ON "attachment" ("uploader_id", "expires_at") WHERE "message_id" IS NULL;
CREATE UNIQUE INDEX "attachment_by_file" ON "attachment" ("file_id");
CREATE INDEX "upload_by_uploader" ON "upload" ("uploader_id", "expires_at");

-- m0006_message_writer
ALTER TABLE "message" ADD COLUMN "written_by" xid8 NOT NULL DEFAULT (pg_current_xact_id());

-- m0007_thread_clients
CREATE TABLE "thread_client" (
  "thread_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "last_activity_at" timestamp with time zone NOT NULL, PRIMARY KEY ("thread_id",
  "client_id"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id"), FOREIGN KEY ("client_id") REFERENCES "client" ("id") );
CREATE INDEX "thread_client_by_client" ON "thread_client" ("client_id", "last_activity_at" DESC, "thread_id" DESC);
CREATE UNIQUE INDEX "thread_client_by_number" ON "thread_client" ("thread_id", "number");

-- m0008_audit
CREATE TABLE "audit_entry" (
  "agency_id" uuid NOT NULL,
  "number" bigint NOT NULL,
  "at" timestamp with time zone NOT NULL,
  "actor_kind" text NULL,
  "actor_id" uuid NULL,
  "deed" text NOT NULL,
  "subject_kind" text NOT NULL,
  "subject_id" uuid NOT NULL,
  "detail" text NOT NULL,
  "link" text NOT NULL, PRIMARY KEY ("agency_id",
  "number"), FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );

-- m0009_deletion
CREATE TABLE "tombstone" (
  "thread_id" uuid NOT NULL,
  "seq" bigint NOT NULL,
  "agency_id" uuid NOT NULL,
  "deleted_at" timestamp with time zone NOT NULL,
  "deleted_by_kind" text NOT NULL,
  "deleted_by_id" uuid NOT NULL,
  "purge_after" timestamp with time zone NOT NULL,
  "purged_at" timestamp with time zone NULL, PRIMARY KEY ("thread_id",
  "seq"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id"), FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "message_removal" (
  "viewer_id" uuid NOT NULL,
  "thread_id" uuid NOT NULL,
  "seq" bigint NOT NULL,
  "removed_at" timestamp with time zone NOT NULL, PRIMARY KEY ("viewer_id",
  "thread_id",
  "seq"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "legal_hold" (
  "client_id" uuid NOT NULL PRIMARY KEY,
  "placed_by" uuid NOT NULL,
  "placed_at" timestamp with time zone NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id") );
ALTER TABLE "message" ADD COLUMN "deleted_at" timestamp with time zone NULL;
ALTER TABLE "thread" ADD COLUMN "deleted_messages" bigint NOT NULL DEFAULT 0;
ALTER TABLE "attachment" ADD COLUMN "deleted_at" timestamp with time zone NULL;
ALTER TABLE "thread_state" ADD COLUMN "hidden_seq" bigint NOT NULL DEFAULT 0;
ALTER TABLE "thread_state" ADD COLUMN "removed_seq" bigint NOT NULL DEFAULT 0;
ALTER TABLE "thread_state" ADD COLUMN "removals" integer NOT NULL DEFAULT 0;
CREATE INDEX "message_deleted" ON "message" ("thread_id", "seq") WHERE "deleted_at" IS NOT NULL;
CREATE INDEX "thread_deleted" ON "thread" ("agency_id", "audience", "last_activity_at" DESC, "id" DESC) WHERE "deleted_messages" > 0;
CREATE INDEX "tombstone_due" ON "tombstone" ("purge_after") WHERE "purged_at" IS NULL;
CREATE INDEX "thread_state_by_thread" ON "thread_state" ("thread_id");
CREATE INDEX "thread_state_removed" ON "thread_state" ("thread_id") WHERE "removed_seq" > 0 OR "removals" > 0;
CREATE INDEX "thread_state_hidden" ON "thread_state" ("viewer_id") WHERE "hidden_seq" > 0;

-- m0010_shared
CREATE TABLE "message_revision" (
  "message_id" uuid NOT NULL,
  "revision" integer NOT NULL,
  "body_format" text NOT NULL,
  "body" text NOT NULL,
  "body_html" text NULL,
  "written_at" timestamp with time zone NOT NULL, PRIMARY KEY ("message_id",
  "revision"), FOREIGN KEY ("message_id") REFERENCES "message" ("id") );
CREATE TABLE "message_reaction" (
  "message_id" uuid NOT NULL,
  "emoji" text NOT NULL,
  "principal_id" uuid NOT NULL,
  "principal_kind" text NOT NULL,
  "client_id" uuid NULL,
  "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("message_id",
  "emoji",
  "principal_id"), FOREIGN KEY ("message_id") REFERENCES "message" ("id") );
CREATE TABLE "reaction_pace" (
  "principal_id" uuid NOT NULL PRIMARY KEY,
  "began_at" timestamp with time zone NOT NULL,
  "changes" bigint NOT NULL );
ALTER TABLE "thread" ADD COLUMN "locked_by_id" uuid NULL;
ALTER TABLE "message" ADD COLUMN "reply_to_id" uuid NULL;
ALTER TABLE "message" ADD COLUMN "reply_to_revision" integer NULL;
ALTER TABLE "message" ADD COLUMN "revision" integer NOT NULL DEFAULT 1;
ALTER TABLE "message" ADD COLUMN "edited_at" timestamp with time zone NULL;
ALTER TABLE "message" ADD COLUMN "pinned_at" timestamp with time zone NULL;
CREATE INDEX "message_pinned" ON "message" ("thread_id") WHERE "pinned_at" IS NOT NULL;

-- m0011_search
CREATE TABLE "search_entry" (
  "key" bigint NOT NULL,
  "id" uuid NOT NULL PRIMARY KEY,
  "kind" text NOT NULL,
  "thread_id" uuid NOT NULL,
  "message_id" uuid NULL,
  "words" tsvector NOT NULL );
CREATE TABLE "search_version" (
  "version" integer NOT NULL PRIMARY KEY );
CREATE INDEX "search_entry_by_thread" ON "search_entry" ("thread_id");
CREATE INDEX "search_entry_by_key" ON "search_entry" ("key" DESC, "id" DESC);
CREATE INDEX search_entry_by_words ON search_entry USING gin (words) WITH (fastupdate = off);
CREATE FUNCTION leave_search() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM search_entry WHERE id = OLD.id; RETURN NULL; END $$;
CREATE FUNCTION leave_search_whole() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM search_entry WHERE thread_id = OLD.id; RETURN NULL; END $$;
CREATE TRIGGER message_leaves_search AFTER DELETE ON message FOR EACH ROW EXECUTE FUNCTION leave_search();
CREATE TRIGGER message_changes_in_search AFTER UPDATE OF body, deleted_at ON message FOR EACH ROW WHEN (NEW.body <> OLD.body OR NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION leave_search();
CREATE TRIGGER thread_leaves_search AFTER DELETE ON thread FOR EACH ROW EXECUTE FUNCTION leave_search_whole();
CREATE TRIGGER thread_changes_in_search AFTER UPDATE OF subject ON thread FOR EACH ROW WHEN (NEW.subject <> OLD.subject) EXECUTE FUNCTION leave_search();
CREATE TRIGGER attachment_leaves_search AFTER DELETE ON attachment FOR EACH ROW EXECUTE FUNCTION leave_search();
CREATE TRIGGER attachment_changes_in_search AFTER UPDATE OF file_name, deleted_at ON attachment FOR EACH ROW WHEN (NEW.file_name <> OLD.file_name OR NEW.deleted_at IS NOT NULL) EXECUTE FUNCTION leave_search();

-- m0012_settings
CREATE TABLE "user_settings" (
  "principal_id" uuid NOT NULL PRIMARY KEY,
  "principal_kind" text NOT NULL,
  "settings" text NOT NULL,
  "changed_at" timestamp with time zone NOT NULL );
CREATE TABLE "thread_continuation" (
  "thread_id" uuid NOT NULL PRIMARY KEY,
  "continues_id" uuid NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("thread_id") REFERENCES "thread" ("id"), FOREIGN KEY ("continues_id") REFERENCES "thread" ("id") );
ALTER TABLE "client" ADD COLUMN "may_send" bool NOT NULL DEFAULT TRUE;
ALTER TABLE "messaging_policy" ADD COLUMN "changed_by" uuid NULL;
CREATE INDEX "thread_continuation_by_continued" ON "thread_continuation" ("continues_id");

-- m0013_portal_requests
CREATE TABLE "client_sharing" (
  "client_id" uuid NOT NULL,
  "agency_id" uuid NOT NULL,
  "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("client_id",
  "agency_id"), FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "portal_request" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "kind" text NOT NULL,
  "status" text NOT NULL,
  "private" bool NOT NULL,
  "requested_by" uuid NOT NULL,
  "note_text" text NULL,
  "note_html" text NULL,
  "release_text" text NULL,
  "release_days" integer NULL,
  "created_at" timestamp with time zone NOT NULL,
  "expires_at" timestamp with time zone NOT NULL,
  "seen_at" timestamp with time zone NULL,
  "closed_at" timestamp with time zone NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id"), FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("requested_by") REFERENCES "staff_member" ("id") );
CREATE TABLE "location" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "private" bool NOT NULL,
  "request_id" uuid NULL,
  "added_by" uuid NOT NULL,
  "owner_id" uuid NULL,
  "line1" text NULL,
  "line2" text NULL,
  "city" text NULL,
  "region" text NULL,
  "postal_code" text NULL,
  "country" text NULL,
  "latitude" double precision NULL,
  "longitude" double precision NULL,
  "accuracy" double precision NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("request_id") REFERENCES "portal_request" ("id") );
CREATE TABLE "release_of_information" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "request_id" uuid NULL,
  "added_by" uuid NOT NULL,
  "signed_name" text NOT NULL,
  "text" text NOT NULL,
  "text_sha256" text NOT NULL,
  "starts_on" date NOT NULL,
  "expires_on" date NOT NULL,
  "revoked_at" timestamp with time zone NULL,
  "noticed_at" timestamp with time zone NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("request_id") REFERENCES "portal_request" ("id") );
CREATE TABLE "notification" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "recipient_kind" text NOT NULL,
  "recipient_id" uuid NOT NULL,
  "kind" text NOT NULL,
  "subject_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "read_at" timestamp with time zone NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id") );
CREATE INDEX "client_sharing_by_agency" ON "client_sharing" ("agency_id", "client_id");
CREATE INDEX "portal_request_by_client" ON "portal_request" ("client_id", "created_at" DESC, "id" DESC);
CREATE INDEX "portal_request_open" ON "portal_request" ("expires_at") WHERE "closed_at" IS NULL;
CREATE INDEX "location_by_client" ON "location" ("client_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "location_by_request" ON "location" ("request_id");
CREATE INDEX "release_by_client" ON "release_of_information" ("client_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "release_by_request" ON "release_of_information" ("request_id");
CREATE INDEX "release_ending" ON "release_of_information" ("expires_on") WHERE "noticed_at" IS NULL AND "revoked_at" IS NULL;
CREATE INDEX "notification_by_recipient" ON "notification" ("recipient_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "notification_once" ON "notification" ("recipient_id", "kind", "subject_id");

-- m0014_notes
CREATE TABLE "thread_note" (
  "thread_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "author_id" uuid NOT NULL,
  "body" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("thread_id",
  "number"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "draft" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "owner_kind" text NOT NULL,
  "owner_id" uuid NOT NULL,
  "thread_id" uuid NULL,
  "client_id" uuid NULL,
  "recipients" text NOT NULL,
  "as_group" bool NOT NULL,
  "audience" text NULL,
  "topic_id" uuid NULL,
  "subject" text NOT NULL,
  "reply_to_id" uuid NULL,
  "body_format" text NOT NULL,
  "body" text NOT NULL,
  "updated_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id"), FOREIGN KEY ("thread_id") REFERENCES "thread" ("id") );
CREATE TABLE "draft_attachment" (
  "draft_id" uuid NOT NULL,
  "attachment_id" uuid NOT NULL,
  "rank" integer NOT NULL, PRIMARY KEY ("draft_id",
  "attachment_id"), FOREIGN KEY ("draft_id") REFERENCES "draft" ("id") );
CREATE UNIQUE INDEX "draft_by_owner" ON "draft" ("owner_id", "thread_id");
CREATE INDEX "draft_by_thread" ON "draft" ("thread_id");
CREATE INDEX "draft_attachment_by_attachment" ON "draft_attachment" ("attachment_id");

-- m0015_documents
CREATE TABLE "document_category" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "name" text NOT NULL,
  "active" bool NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "document_name" (
  "id" uuid NOT NULL PRIMARY KEY,
  "category_id" uuid NOT NULL,
  "name" text NOT NULL,
  "rank" integer NOT NULL,
  "active" bool NOT NULL, FOREIGN KEY ("category_id") REFERENCES "document_category" ("id") );
CREATE TABLE "document" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "private" bool NOT NULL,
  "request_id" uuid NULL,
  "added_by" uuid NOT NULL,
  "owner_id" uuid NULL,
  "category_id" uuid NULL,
  "name" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("request_id") REFERENCES "portal_request" ("id"), FOREIGN KEY ("category_id") REFERENCES "document_category" ("id") );
CREATE TABLE "document_file" (
  "id" uuid NOT NULL PRIMARY KEY,
  "document_id" uuid NOT NULL,
  "rank" integer NOT NULL,
  "file_name" text NOT NULL,
  "media_type" text NOT NULL,
  "kind" text NOT NULL,
  "bytes" bigint NOT NULL,
  "sha256" text NOT NULL,
  "file_id" uuid NOT NULL, FOREIGN KEY ("document_id") REFERENCES "document" ("id") );
ALTER TABLE "portal_request" ADD COLUMN "document_category_id" uuid NULL;
ALTER TABLE "portal_request" ADD COLUMN "document_name" text NULL;
CREATE INDEX "document_category_by_agency" ON "document_category" ("agency_id", "name") WHERE "active";
CREATE INDEX "document_name_by_category" ON "document_name" ("category_id", "rank");
CREATE INDEX "document_by_client" ON "document" ("client_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "document_by_request" ON "document" ("request_id");
CREATE INDEX "document_file_by_document" ON "document_file" ("document_id", "rank");
CREATE UNIQUE INDEX "document_file_by_file" ON "document_file" ("file_id");

-- m0016_assessments
CREATE TABLE "assessment_definition" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "version_id" uuid NOT NULL,
  "title" text NOT NULL,
  "requestable" bool NOT NULL,
  "active" bool NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "assessment_version" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "definition_id" uuid NOT NULL,
  "number" integer NOT NULL,
  "title" text NOT NULL,
  "questions" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL,
  "created_by" uuid NOT NULL, FOREIGN KEY ("definition_id") REFERENCES "assessment_definition" ("id") );
CREATE TABLE "assessment" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "private" bool NOT NULL,
  "hidden" bool NOT NULL,
  "request_id" uuid NULL,
  "added_by" uuid NOT NULL,
  "version_id" uuid NOT NULL,
  "title" text NOT NULL,
  "assessed_on" date NOT NULL,
  "answers" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("request_id") REFERENCES "portal_request" ("id"), FOREIGN KEY ("version_id") REFERENCES "assessment_version" ("id") );
ALTER TABLE "portal_request" ADD COLUMN "assessment_version_id" uuid NULL;
CREATE INDEX "assessment_definition_by_agency" ON "assessment_definition" ("agency_id", "title") WHERE "active";
CREATE UNIQUE INDEX "assessment_version_by_definition" ON "assessment_version" ("definition_id", "number");
CREATE INDEX "assessment_by_client" ON "assessment" ("client_id", "created_at" DESC, "id" DESC);
CREATE UNIQUE INDEX "assessment_by_request" ON "assessment" ("request_id");

-- m0020_imports
CREATE TABLE "external_id" (
  "agency_id" uuid NOT NULL,
  "source" text NOT NULL,
  "kind" text NOT NULL,
  "external_id" text NOT NULL,
  "row_id" uuid NOT NULL,
  "digest" text NOT NULL,
  "origin" text NULL,
  "labels" text NULL, PRIMARY KEY ("agency_id",
  "source",
  "kind",
  "external_id"), FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "program" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "name" text NOT NULL,
  "active" bool NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id") );
CREATE TABLE "enrollment" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "client_id" uuid NOT NULL,
  "program_id" uuid NOT NULL,
  "entry_date" date NOT NULL,
  "exit_date" date NULL,
  "household" text NULL,
  "household_role" text NOT NULL,
  "created_at" timestamp with time zone NOT NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id"), FOREIGN KEY ("client_id") REFERENCES "client" ("id"), FOREIGN KEY ("program_id") REFERENCES "program" ("id") );
CREATE INDEX "external_id_by_row" ON "external_id" ("row_id");
CREATE INDEX "program_by_name" ON "program" ("agency_id", "name", "id");
CREATE INDEX "enrollment_by_client" ON "enrollment" ("client_id", "entry_date");
CREATE INDEX "enrollment_by_program" ON "enrollment" ("program_id", "client_id");

-- m0021_directory_imports
CREATE TABLE "directory_import" (
  "id" uuid NOT NULL PRIMARY KEY,
  "agency_id" uuid NOT NULL,
  "requested_by" uuid NOT NULL,
  "format" text NOT NULL,
  "source" text NOT NULL,
  "organization" text NULL,
  "strict" bool NOT NULL,
  "apply" bool NOT NULL,
  "file_kind" text NOT NULL,
  "file_id" uuid NULL,
  "status" text NOT NULL,
  "attempt" integer NOT NULL,
  "lease_until" timestamp with time zone NULL,
  "bytes_read" bigint NOT NULL,
  "bytes_total" bigint NOT NULL,
  "outcome" text NULL,
  "created_at" timestamp with time zone NOT NULL,
  "finished_at" timestamp with time zone NULL, FOREIGN KEY ("agency_id") REFERENCES "agency" ("id"), FOREIGN KEY ("requested_by") REFERENCES "staff_member" ("id") );
CREATE INDEX "directory_import_by_agency" ON "directory_import" ("agency_id", "created_at" DESC, "id" DESC);
CREATE INDEX "directory_import_open" ON "directory_import" ("created_at") WHERE "finished_at" IS NULL;
