/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A day without a time, as `YYYY-MM-DD` (RFC 3339, full-date), in the agency's time zone. */
  Date: { input: string; output: string; }
  /**
   * Implement the DateTime<Utc> scalar
   *
   * The input/output is a string in RFC3339 format.
   */
  DateTime: { input: string; output: string; }
  /**
   * A place in the stream of events, good for the viewer who got it, for seven days at least, on
   * every server of the installation. Opaque.
   */
  EventCursor: { input: string; output: string; }
  /**
   * HTML that may be shown as it is: made from plain text, or sanitised. Without scripts, handlers,
   * styles or foreign sources; every link has `target="_blank" rel="noopener noreferrer"`.
   */
  HTML: { input: string; output: string; }
  /**
   * A file, sent with the operation by the GraphQL multipart request specification: the variable is
   * null, and a part of the request stands for it.
   */
  Upload: { input: File; output: File; }
};

/** A document that nobody asked for. */
export type AddDocumentInput = {
  /** The client for whom the portal account adds it. */
  actingFor: Scalars['ID']['input'];
  /** Its files, as those of `fulfillDocumentRequest`. */
  attachmentIds: Array<Scalars['ID']['input']>;
  /** The category, one of `Agency.documentCategories`. */
  categoryId?: InputMaybe<Scalars['ID']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** What it is called: 1 to 200 characters. */
  name: Scalars['String']['input'];
};

/** A location that nobody asked for. */
export type AddLocationInput = {
  /** The client for whom the portal account adds it. */
  actingFor: Scalars['ID']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The place. */
  place: PlaceInput;
};

/** A note to write. */
export type AddThreadNoteInput = {
  /** Its plain text: 1 to 10,000 characters. */
  body: Scalars['String']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** On which thread. */
  threadId: Scalars['ID']['input'];
};

/** An address. Each line has at most 200 characters. */
export type AddressInput = {
  /** Town or city. */
  city?: InputMaybe<Scalars['String']['input']>;
  /** Two letters of ISO 3166-1. */
  country?: InputMaybe<Scalars['String']['input']>;
  /** Street and number, or whatever describes the place. Must not be blank. */
  line1: Scalars['String']['input'];
  /** What else belongs to it. */
  line2?: InputMaybe<Scalars['String']['input']>;
  /** Postal code. */
  postalCode?: InputMaybe<Scalars['String']['input']>;
  /** State, province or county. */
  region?: InputMaybe<Scalars['String']['input']>;
};

/** A staff member to put on a client's care team. */
export type AssignCareTeamMemberInput = {
  /** The client. */
  clientId: Scalars['ID']['input'];
  /** The last day; open if left out. */
  endDate?: InputMaybe<Scalars['Date']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether others than the agency's staff see the membership. */
  public?: Scalars['Boolean']['input'];
  /** The staff member. */
  staffMemberId: Scalars['ID']['input'];
  /** The first day; today if left out. */
  startDate?: InputMaybe<Scalars['Date']['input']>;
};

/** What a file is for those who handle it. */
export type AttachmentKind =
  /** Compressed files. Messages take none. */
  | 'ARCHIVE'
  /** Voice notes. */
  | 'AUDIO'
  /** Text and office documents. */
  | 'DOCUMENT'
  /** Pictures. What they told of place, time and camera was taken out. */
  | 'IMAGE';

/** What an attachment is for. */
export type AttachmentPurpose =
  /** It goes with a message: the default. */
  | 'MESSAGE'
  /**
   * It goes into a document on a client's record: for `fulfillDocumentRequest` and `addDocument`. At most
   * 26,214,400 bytes; archives are taken, too.
   */
  | 'REQUEST_DOCUMENT';

/** A group of readers within an agency. */
export type AudienceKind =
  /** Appointments, forms, organisation. */
  | 'ADMINISTRATIVE'
  /** Invoices, insurance, payments. */
  | 'BILLING'
  /** Care itself. */
  | 'CLINICAL';

/** What an entry of the audit log says was done. */
export type AuditDeed =
  /** A staff member was put on a client's care team. */
  | 'CARE_TEAM_ASSIGNED'
  /** An assignment to a client was ended. */
  | 'CARE_TEAM_ENDED'
  /** What a client may do in messages was changed. */
  | 'CLIENT_MESSAGING_CHANGED'
  /** A client's records were shared with another agency, or are no longer. */
  | 'CLIENT_SHARING_CHANGED'
  /** A client was marked active or inactive. */
  | 'CLIENT_STATUS_CHANGED'
  /** A directory from another system was imported. */
  | 'DIRECTORY_IMPORTED'
  /** A client added a document that nobody asked for. */
  | 'DOCUMENT_ADDED'
  /** What can be asked for as a document was changed. */
  | 'DOCUMENT_CATEGORY_SAVED'
  /** What is deleted of a client is erased again. */
  | 'LEGAL_HOLD_LIFTED'
  /** Nothing of a client is erased from here on. */
  | 'LEGAL_HOLD_PLACED'
  /** A client added a location that nobody asked for. */
  | 'LOCATION_ADDED'
  /** A message was deleted for everybody. */
  | 'MESSAGE_DELETED'
  /** The content of a deleted message was erased. */
  | 'MESSAGE_PURGED'
  /** The agency's messaging policy was changed. */
  | 'MESSAGING_POLICY_CHANGED'
  /** A person's own settings were changed. */
  | 'OWN_SETTINGS_CHANGED'
  /** A client's record was exported for another system. */
  | 'RECORD_EXPORTED'
  /** A release of information was revoked. */
  | 'RELEASE_REVOKED'
  /** A request was taken back. */
  | 'REQUEST_CANCELLED'
  /** A client did what a request asked. */
  | 'REQUEST_FULFILLED'
  /** A client was asked for something. */
  | 'REQUEST_SENT'
  /** A staff member was given other roles. */
  | 'ROLES_CHANGED'
  /** A staff member's settings were changed. */
  | 'STAFF_SETTINGS_CHANGED'
  /** A thread was deleted for everybody. */
  | 'THREAD_DELETED'
  /** A thread was given to somebody as a file. */
  | 'THREAD_EXPORTED'
  /** A thread was given another audience, topic or subject. */
  | 'THREAD_HEADER_EDITED'
  /** The content of a deleted thread, or of messages of it, was erased. */
  | 'THREAD_PURGED'
  /** Somebody got back what it took out of its own view. */
  | 'VIEW_RESTORED';

/** How a message's text is written. */
export type BodyFormat =
  /** Text and nothing else: the default. Characters that mean something in HTML mean themselves. */
  | 'PLAIN'
  /**
   * HTML. Kept are paragraphs, headings (h1 to h6), pre, blockquote, hr, b, strong, i, em, u, s,
   * code, br, lists (ol, ul, li), tables (table, thead, tbody, tr, th, td with colspan and
   * rowspan) and links to http, https, mailto and tel. Of all else the text is kept, of script
   * and style not even that. An image is kept where its source is `attachment:` and the id of a picture
   * among `attachmentIds`; every other image is dropped.
   */
  | 'RICH';

/** What to do with each of many. */
export type BulkAct =
  /** Delete it for everybody. */
  | 'DELETE'
  /** Mark it as read by the viewer. */
  | 'MARK_READ'
  /** Mark it as unread for the viewer: of a thread its newest message of somebody else. */
  | 'MARK_UNREAD';

/** Many messages and threads. */
export type BulkInput = {
  /** What to do. */
  act: BulkAct;
  /**
   * Made by the client for this one write. Sent again with it, what was done is not done twice, and
   * what was refused is tried again.
   */
  idempotencyKey: Scalars['String']['input'];
  /** With these messages. */
  messageIds?: Array<Scalars['ID']['input']>;
  /** And with these threads; 1 to 100 in all. */
  threadIds?: Array<Scalars['ID']['input']>;
};

/** Where a care team membership came from. */
export type CareTeamSource =
  /** Follows from an enrolment. */
  | 'ENROLLMENT'
  /** Added by hand. */
  | 'MANUAL';

/** Staff who are given a place on a thread, or lose it. */
export type ChangeThreadPeopleInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whom: 1 to 100. */
  staffMemberIds: Array<Scalars['ID']['input']>;
  /** The thread. */
  threadId: Scalars['ID']['input'];
};

/** With whom a chat is opened: exactly one of these. */
export type ChatWithInput =
  /** A client. */
  { clientId: Scalars['ID']['input']; staffMemberId?: never; }
  |  /** A colleague. */
  { clientId?: never; staffMemberId: Scalars['ID']['input']; };

/** How the clients of a group are named to each other. */
export type ClientNaming =
  /** The first name. */
  | 'FIRST'
  /** As the record has it. */
  | 'FULL'
  /** The initials: the default. */
  | 'INITIALS';

/** Whether a client is served at present. */
export type ClientStatus =
  /** May read and write. */
  | 'ACTIVE'
  /** May read, may not write. */
  | 'INACTIVE';

/** Which contacts. */
export type ContactKind =
  /** The clients of the agency, by name. */
  | 'CLIENT'
  /** Conversations of more than two on which the viewer is listed, the most recent first. */
  | 'GROUP'
  /** Colleagues who work in the agency, by name. */
  | 'TEAM_MEMBER';

/** A chat of two to go on with in a group. */
export type ConvertToGroupInput = {
  /** The viewer's own attachments that go with it. */
  attachmentIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** The first message of the group. Its bounds are those of `startThread`. */
  body: Scalars['String']['input'];
  /** How the text is written. */
  bodyFormat?: BodyFormat;
  /** Clients who come in. They need the policy's `allowMultiClientGroups`. */
  clientIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /**
   * Whether the colleagues who come in can read what was written before, by sharing. Never with
   * another client.
   */
  historyVisible?: Scalars['Boolean']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Colleagues who come in. */
  staffMemberIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** The name of the group, at most 255 characters; the subject of the chat if left out. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** The direct thread. */
  threadId: Scalars['ID']['input'];
};

/** A place on the globe (WGS 84). */
export type CoordinatesInput = {
  /** How far it may be off, in metres, if that is known. */
  accuracy?: InputMaybe<Scalars['Float']['input']>;
  /** Degrees north, -90 to 90. */
  latitude: Scalars['Float']['input'];
  /** Degrees east, -180 to 180. */
  longitude: Scalars['Float']['input'];
};

/** A file that is announced, to be put to an address of its own. */
export type CreateUploadInput = {
  /** The client for whom a portal account uploads it. Staff leave it out. */
  clientId?: InputMaybe<Scalars['ID']['input']>;
  /** Its media type, as the system tells it; may be empty. */
  contentType: Scalars['String']['input'];
  /** What it is called, with its ending; longer ones than 255 bytes are cut. */
  fileName: Scalars['String']['input'];
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** What it is for. */
  purpose?: AttachmentPurpose;
  /** Its size, in bytes; must be below `MessagingPolicy.attachmentBelowBytes`. */
  size: Scalars['Int']['input'];
};

/** A draft to take away. */
export type DeleteDraftInput = {
  /** Which draft. */
  draftId: Scalars['ID']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
};

/** A message to delete. */
export type DeleteMessageInput = {
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** Which. An admin with authority over its audience need not see it. */
  messageId: Scalars['ID']['input'];
};

/** A thread to delete. */
export type DeleteThreadInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Which. An admin with authority over its audience need not see it. */
  threadId: Scalars['ID']['input'];
};

/** Who deletes messages and threads for everybody. */
export type DeletionRule =
  /** Its author, at any time. */
  | 'AUTHOR_ANYTIME'
  /** Nobody. */
  | 'LOCKED'
  /**
   * What no client has seen: all staff who see it. What a client has seen, or wrote: the admins
   * of its audience. The default.
   */
  | 'UNSEEN_ANY_SEEN_ADMIN';

/** Files of a category, under one of its names or another. */
export type DocumentWantedInput = {
  /** The category, one of `Agency.documentCategories`. */
  categoryId: Scalars['ID']['input'];
  /** Then the name is given here: 1 to 200 characters. */
  otherName?: InputMaybe<Scalars['String']['input']>;
  /** The name, one of `DocumentCategory.predefinedNames`. Left out where none of them fits. */
  predefinedNameId?: InputMaybe<Scalars['ID']['input']>;
  /** Whether request and document are kept from other agencies that share the client. */
  private?: Scalars['Boolean']['input'];
};

/** Another text for a message. */
export type EditMessageInput = {
  /** Its new text, as `bodyFormat` says, within the bounds of `sendMessage`. */
  body: Scalars['String']['input'];
  /** How the text is written. Its images show attachments that went with the message. */
  bodyFormat?: BodyFormat;
  /**
   * The revision that was read, `Message.revision`: another one is refused then with
   * `VERSION_CONFLICT`. Left out, whatever is there is replaced.
   */
  expectedRevision?: InputMaybe<Scalars['Int']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Which message. */
  messageId: Scalars['ID']['input'];
};

/** A header to store. What is left out stays. */
export type EditThreadHeaderInput = {
  /** The new audience. Takes the token of `audienceChangePreview`. */
  audience?: InputMaybe<AudienceKind>;
  /** The token of the preview, needed when the audience changes. */
  confirm?: InputMaybe<Scalars['String']['input']>;
  /** The version that was read: `Thread.version`. */
  expectedVersion: Scalars['Int']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The new subject. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** The thread. */
  threadId: Scalars['ID']['input'];
  /**
   * The new topic; must be one of the audience. A change of audience without it takes the old
   * topic away.
   */
  topicId?: InputMaybe<Scalars['ID']['input']>;
};

/** What a staff member can be told of by e-mail. */
export type EmailNotification =
  /** A message in a thread with a client. */
  | 'CLIENT_MESSAGE'
  /** A message in a thread among staff. */
  | 'INTERNAL_MESSAGE'
  /** A client has answered a request. */
  | 'REQUEST_FULFILLED';

/** An assignment to end. */
export type EndCareTeamAssignmentInput = {
  /** The membership. */
  careTeamMemberId: Scalars['ID']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The last day; yesterday if left out, which ends it at once. */
  lastDate?: InputMaybe<Scalars['Date']['input']>;
};

/** What the Enter key does where a message is written. */
export type EnterKeyAction =
  /** Begins a new line: the default. */
  | 'NEW_LINE'
  /** Sends the message. */
  | 'SEND';

/** What happened, for choosing events. */
export type EventKind =
  /** The viewer gained sight of threads. */
  | 'ACCESS_GRANTED'
  /** The viewer lost sight of threads. */
  | 'ACCESS_REVOKED'
  /** A client's record changed. */
  | 'CLIENT_CHANGED'
  /** A draft of the viewer's was saved, deleted or sent. */
  | 'DRAFT_CHANGED'
  /** A message was sent. */
  | 'MESSAGE_ADDED'
  /** A message was edited, pinned or unpinned. */
  | 'MESSAGE_CHANGED'
  /** A message was deleted for everybody. */
  | 'MESSAGE_DELETED'
  /** The viewer has a notification. */
  | 'NOTIFICATION_ADDED'
  /** Somebody put a reaction to a message or took it back. */
  | 'REACTION_CHANGED'
  /** Somebody saw messages for the first time. For staff. */
  | 'READ_RECEIPT_ADDED'
  /** A portal request was seen, taken back, or its time is over. */
  | 'REQUEST_CHANGED'
  /** A client has done what a portal request asked. */
  | 'REQUEST_FULFILLED'
  /** A client was asked for something. */
  | 'REQUEST_SENT'
  /** A thread's header or lifecycle changed, or the viewer gained sight of it by that. */
  | 'THREAD_CHANGED'
  /** A staff member wrote a note on a thread. For staff. */
  | 'THREAD_NOTE_ADDED'
  /** The viewer read, marked or pinned something, here or in another session. */
  | 'VIEWER_STATE_CHANGED';

/** As what a thread is exported. */
export type ExportFormat =
  /** Comma-separated values in UTF-8, for spreadsheet programs and others. */
  | 'CSV'
  /** For programs. */
  | 'JSON'
  /**
   * Pages to print. Letters that its font lacks show as a replacement; the other formats have
   * every letter.
   */
  | 'PDF'
  /** A spreadsheet (Office Open XML). */
  | 'XLSX';

/** A thread to export. */
export type ExportThreadInput = {
  /** As what. */
  format: ExportFormat;
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** The thread. */
  threadId: Scalars['ID']['input'];
};

/** The message with which a chat begins. Its bounds are those of `startThread`. */
export type FirstMessageInput = {
  /** The viewer's own attachments that go with it. */
  attachmentIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Who among the staff can read it: needed with a client, and none with a colleague. */
  audience?: InputMaybe<AudienceKind>;
  /** The text. */
  body: Scalars['String']['input'];
  /** How the text is written. */
  bodyFormat?: BodyFormat;
  /** The subject, at most 255 characters; a client sees it. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** What it is about; fills in the subject. */
  topicId?: InputMaybe<Scalars['ID']['input']>;
};

/** Files that a request asked for. */
export type FulfillDocumentRequestInput = {
  /**
   * 1 to 20 attachments that were uploaded with the purpose `REQUEST_DOCUMENT` for this client, in
   * their order. Together they have at most 26,214,400 bytes. They become files of the document, and
   * are attachments no more.
   */
  attachmentIds: Array<Scalars['ID']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The request. */
  requestId: Scalars['ID']['input'];
};

/** Where the client is, as a request asked. */
export type FulfillLocationRequestInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The place. */
  place: PlaceInput;
  /** The request. */
  requestId: Scalars['ID']['input'];
};

/** A signature under the text that a request shows. */
export type FulfillReleaseOfInformationRequestInput = {
  /** The last day; as many days behind the first as the request asks for if left out, never more. */
  expiresOn?: InputMaybe<Scalars['Date']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The request. */
  requestId: Scalars['ID']['input'];
  /** The name of who signs: 1 to 200 characters. */
  signedName: Scalars['String']['input'];
  /** The first day on which the release holds; today if left out, never before. */
  startsOn?: InputMaybe<Scalars['Date']['input']>;
  /** `ReleaseOfInformationRequest.textSha256` of the text that was read and is agreed to. */
  textSha256: Scalars['String']['input'];
};

/** A thread to hide, or to show again. */
export type HideThreadInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The thread. */
  threadId: Scalars['ID']['input'];
};

/** The place of a client in the household of an enrolment. */
export type HouseholdRole =
  /** A child under age. */
  | 'CHILD'
  /** The head: the family's primary record. */
  | 'HEAD'
  /** Anybody else, or nobody says. */
  | 'OTHER';

/** A directory to import into the agency. */
export type ImportDirectoryInput = {
  /** Whether it is stored; else it is a preview. */
  apply?: Scalars['Boolean']['input'];
  /** The files: a zip, or one file that ends in `.ndjson` or `.json`. */
  file: Scalars['Upload']['input'];
  /** How it is written. */
  format: ImportFormat;
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input and content answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** With HMIS: the `OrganizationID` whose part is taken; needed where there are several. */
  organization?: InputMaybe<Scalars['String']['input']>;
  /**
   * What the system is called here, 1 to 64 visible ASCII characters; by default `fhir` or
   * `hmis`. Two systems need two names.
   */
  source?: InputMaybe<Scalars['String']['input']>;
  /** Whether any problem refuses all of it. */
  strict?: Scalars['Boolean']['input'];
};

/** How a directory is written. */
export type ImportFormat =
  /** FHIR R4: NDJSON, a Bundle as JSON, or a zip of either. */
  | 'FHIR'
  /** HMIS CSV, FY2026: a zip. */
  | 'HMIS';

/** What an import counts. */
export type ImportKind =
  /** Agencies. */
  | 'AGENCY'
  /** Care team memberships. */
  | 'CARE_TEAM'
  /** Clients. */
  | 'CLIENT'
  /** Enrolments. */
  | 'ENROLLMENT'
  /** Profiles in the hands of portal accounts. */
  | 'FAMILY'
  /** Programs. */
  | 'PROGRAM'
  /** Staff members. */
  | 'STAFF';

/** How much a problem of an import weighs. */
export type ImportSeverity =
  /** The set is refused. */
  | 'FATAL'
  /** Nothing is wrong; somebody should know. */
  | 'NOTICE'
  /** A line, or what hangs on it, was left out. A strict import refuses the set. */
  | 'PROBLEM';

/** How far an import of a directory is. */
export type ImportStatus =
  /** It came to its end: stored, or previewed. */
  | 'DONE'
  /**
   * The server failed at it three times, or whoever asked for it may do so no more: nothing is
   * stored.
   */
  | 'FAILED'
  /** It waits for its turn. */
  | 'QUEUED'
  /** The set was refused as a whole: nothing is stored. */
  | 'REFUSED'
  /** A server is at it. */
  | 'RUNNING';

/** What to take out of a view, or to give back: exactly one of these. */
export type InViewInput =
  /** One message. */
  { messageId: Scalars['ID']['input']; threadId?: never; }
  |  /** A thread with everything that it holds now. */
  { messageId?: never; threadId: Scalars['ID']['input']; };

/** What an inbox is narrowed to. Filters combine with AND and never show more. */
export type InboxFilter = {
  /** Threads of this audience. */
  audience?: InputMaybe<AudienceKind>;
  /** Threads about this client. */
  clientId?: InputMaybe<Scalars['ID']['input']>;
  /** Threads with clients, or among staff. */
  kind?: InputMaybe<InboxKind>;
  /** Threads with a client on whose care team the viewer is today. To a portal account all are its own. */
  myClients?: Scalars['Boolean']['input'];
  /** Read, unread, archived. */
  state?: InboxState;
  /** Threads of this topic. */
  topicId?: InputMaybe<Scalars['ID']['input']>;
};

/** Which of the two inboxes of staff. */
export type InboxKind =
  /** Threads with clients. */
  | 'CLIENT'
  /** Threads among staff. */
  | 'INTERNAL';

/** Which threads an inbox lists. */
export type InboxState =
  /** Archived ones, too. */
  | 'ALL_INCLUDING_ARCHIVED'
  /** Deleted ones, and those of which messages were deleted. Staff only; nobody else has any. */
  | 'DELETED'
  /** Those that the viewer has hidden, archived ones, too. */
  | 'HIDDEN'
  /** Of these, the ones without an unread message. */
  | 'READ'
  /** All that are neither archived nor deleted: the default. */
  | 'READ_AND_UNREAD'
  /** Of these, the ones with an unread message. */
  | 'UNREAD';

/** Where the client is. */
export type LocationWantedInput = {
  /** Whether request and location are kept from other agencies that share the client. */
  private?: Scalars['Boolean']['input'];
};

/** Messages to mark. */
export type MarkMessagesInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** 1 to 100 messages, of any threads: all are marked, or none. */
  messageIds: Array<Scalars['ID']['input']>;
};

/** Notifications to mark as read. */
export type MarkNotificationsReadInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** 1 to 100 notifications of the viewer's: all are marked, or none. */
  notificationIds: Array<Scalars['ID']['input']>;
};

/** A thread to mark as read. */
export type MarkThreadReadInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The thread. */
  threadId: Scalars['ID']['input'];
  /** The last message that was seen; all that there are if left out. */
  upToMessageId?: InputMaybe<Scalars['ID']['input']>;
};

/** A mark on a message. */
export type MessageLabel =
  /** Exchanged with a client through the portal, not among staff. */
  | 'PORTAL';

/** A portal request that is named. */
export type NamePortalRequestInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The request. */
  requestId: Scalars['ID']['input'];
};

/** What somebody is notified of. */
export type NotificationKind =
  /** A release of information ends soon. */
  | 'RELEASE_EXPIRING'
  /** A request that the viewer sent was fulfilled. */
  | 'REQUEST_FULFILLED';

/** A chat to open. */
export type OpenDirectThreadInput = {
  /** Whether to begin a new chat, whatever there is. */
  createNew?: Scalars['Boolean']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** What is sent if the chat has to be begun, which needs it. If it is there, nothing is sent. */
  message?: InputMaybe<FirstMessageInput>;
  /** Which of the candidates of `AmbiguousDirectThread` is meant. */
  threadId?: InputMaybe<Scalars['ID']['input']>;
  /** With whom. */
  with: ChatWithInput;
};

/** How somebody listed on a thread came to it. */
export type ParticipantStanding =
  /** Addressed by the thread, or its author. */
  | 'PARTICIPANT'
  /** The thread was shared with them. */
  | 'SHARED_WITH';

/** A place: exactly one of these. */
export type PlaceInput =
  /** By address. */
  { address: AddressInput; coordinates?: never; }
  |  /** By coordinates. */
  { address?: never; coordinates: CoordinatesInput; };

/** How far a portal account has come. */
export type PortalAccountState =
  /** The person can sign in. */
  | 'CONNECTED'
  /** Signed out for good, until invited again. */
  | 'DEACTIVATED'
  /** An invitation is out. */
  | 'INVITED';

/** Where a portal request stands. Only `SENT` and `SEEN` are open. */
export type PortalRequestStatus =
  /** Staff took it back. */
  | 'CANCELLED'
  /** Its time is over. */
  | 'EXPIRED'
  /** The client has done what it asked. */
  | 'FULFILLED'
  /** The client has looked at it. */
  | 'SEEN'
  /** Sent, and not looked at. */
  | 'SENT';

/** A reaction to a message. */
export type ReactionInput = {
  /**
   * The client for whom a portal account reacts; needed only where several of its clients are
   * in one group. Staff leave it out.
   */
  actingFor?: InputMaybe<Scalars['ID']['input']>;
  /** With what: exactly one emoji, with a skin tone where it has one. */
  emoji: Scalars['String']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** To which message. */
  messageId: Scalars['ID']['input'];
};

/** Somebody to whom a thread goes: exactly one of these. No value means "all clients". */
export type RecipientInput =
  /**
   * Whoever reads threads of the audience. From a client, alone, if the agency's policy has it
   * among `clientAudienceInboxes`.
   */
  { audienceInbox: AudienceKind; clientId?: never; staffGroup?: never; staffMemberId?: never; }
  |  /** A client. */
  { audienceInbox?: never; clientId: Scalars['ID']['input']; staffGroup?: never; staffMemberId?: never; }
  |  /** The staff who are in the group when the thread is started. From staff only. */
  { audienceInbox?: never; clientId?: never; staffGroup: StaffGroupKind; staffMemberId?: never; }
  |  /** A staff member. */
  { audienceInbox?: never; clientId?: never; staffGroup?: never; staffMemberId: Scalars['ID']['input']; };

/** A signed release of information. */
export type ReleaseOfInformationWantedInput = {
  /**
   * For how many days it is to hold at most: from 1 to as many as the agency's policy allows,
   * which is what is taken if it is left out.
   */
  days?: InputMaybe<Scalars['Int']['input']>;
};

/** What the viewer takes out of its own view. */
export type RemoveFromMyViewInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** What. */
  what: InViewInput;
};

/** Whom to give what back. */
export type RestoreToViewInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The staff member or portal account that removed it. */
  viewerId: Scalars['ID']['input'];
  /** What. */
  what: InViewInput;
};

/** A release to revoke. */
export type RevokeReleaseOfInformationInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The release. */
  releaseId: Scalars['ID']['input'];
};

/** What a staff member does in an agency. Anybody can hold several. */
export type Role =
  /** Administers clinical matters; sees all threads of the agency. */
  | 'CLINICAL_ADMIN'
  /** Treats or manages assigned clients; sees all threads about these. */
  | 'CLINICIAN'
  /** Administers the practice; sees Administrative threads. */
  | 'PRACTICE_ADMIN'
  /** Bills; sees Billing threads. */
  | 'PRACTICE_BILLER'
  /** Schedules; sees Administrative threads. */
  | 'PRACTICE_SCHEDULER'
  /** Answers for the work of supervisees; sees all threads about their clients. */
  | 'SUPERVISOR'
  /** Runs the system; sees no message by this role. */
  | 'SYSTEM_ADMIN';

/** A category of documents, as it is to be. */
export type SaveDocumentCategoryInput = {
  /** Whether it is asked for. At most 100 of an agency are. */
  active?: Scalars['Boolean']['input'];
  /** Which one is changed; a new one if left out. */
  categoryId?: InputMaybe<Scalars['ID']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** What it is called: 1 to 200 characters. */
  name: Scalars['String']['input'];
  /**
   * The names that it has ready, in their order: at most 100, each once, of 1 to 200 characters. One
   * that is left out is offered no more.
   */
  predefinedNames: Array<Scalars['String']['input']>;
};

/** A draft to keep, in the place of what it was before: what is left out is gone from it. */
export type SaveDraftInput = {
  /** The client for whom a portal account writes. Staff leave it out. */
  actingFor?: InputMaybe<Scalars['ID']['input']>;
  /**
   * The viewer's own attachments that are to go with it, in this order; not sent yet. They wait as
   * long as the draft does.
   */
  attachmentIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** The audience of a new thread. */
  audience?: InputMaybe<AudienceKind>;
  /**
   * Its text, as `bodyFormat` says, of at most 65,536 characters or 524,288 bytes of HTML, before
   * and after it is sanitised; may be empty.
   */
  body?: Scalars['String']['input'];
  /** How the text is written. */
  bodyFormat?: BodyFormat;
  /** Which draft. Left out, it is that of the thread or, without a thread, a new one. */
  draftId?: InputMaybe<Scalars['ID']['input']>;
  /** Whether the clients of a new thread are to see each other. */
  group?: Scalars['Boolean']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The message that it answers, of the same thread. */
  replyToId?: InputMaybe<Scalars['ID']['input']>;
  /** The subject of a new thread, at most 255 characters. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** The thread that it answers in: a viewer has one draft there. Left out, it starts a thread. */
  threadId?: InputMaybe<Scalars['ID']['input']>;
  /** To whom a new thread goes. */
  to?: InputMaybe<Array<RecipientInput>>;
  /** The topic of a new thread. */
  topicId?: InputMaybe<Scalars['ID']['input']>;
};

/** What a search is narrowed to. Filters combine with AND and never show more. */
export type SearchFilter = {
  /** Threads of this audience. */
  audience?: InputMaybe<AudienceKind>;
  /** Threads about this client. */
  clientId?: InputMaybe<Scalars['ID']['input']>;
  /** What may be found; everything if left out or empty. */
  kinds?: InputMaybe<Array<SearchHitKind>>;
  /** This thread. */
  threadId?: InputMaybe<Scalars['ID']['input']>;
};

/** What a search found. */
export type SearchHitKind =
  /** A document, by its name. */
  | 'DOCUMENT'
  /** A message, by its text. */
  | 'MESSAGE'
  /** A thread, by its subject. */
  | 'SUBJECT';

/** A message to send. */
export type SendMessageInput = {
  /**
   * The client for whom a portal account writes; needed only where several of its clients are
   * in one group. Staff leave it out.
   */
  actingFor?: InputMaybe<Scalars['ID']['input']>;
  /**
   * The viewer's own attachments that go with it, in this order; not sent yet. At most
   * `MessagingPolicy.attachmentsPerMessage`. A text is needed all the same.
   */
  attachmentIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /**
   * Its text, as `bodyFormat` says: plain text of 1 to 65,536 characters, or as the agency's
   * policy bounds it; or HTML of at most 524,288 bytes, before and after it is sanitised, whose
   * plain text has as many characters. Characters are Unicode scalar values.
   */
  body: Scalars['String']['input'];
  /** How the text is written. */
  bodyFormat?: BodyFormat;
  /** The viewer's draft in this thread that this was: it is gone when the message is sent. */
  draftId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** Whether everything in the thread up to it counts as read by the sender. */
  markThreadRead?: Scalars['Boolean']['input'];
  /** The message that it answers, of the same thread: it is quoted as it reads now. */
  replyToId?: InputMaybe<Scalars['ID']['input']>;
  /** Into which thread. */
  threadId: Scalars['ID']['input'];
};

/** A portal request to send. */
export type SendPortalRequestInput = {
  /** Who is asked: a client of the viewer's agency. */
  clientId: Scalars['ID']['input'];
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** What else the client is told; bounded and made safe as a message is. It shows no images. */
  note?: InputMaybe<Scalars['String']['input']>;
  /** How the note is written. */
  noteFormat?: BodyFormat;
  /** For what. */
  request: WantedInput;
};

/** A portal request to send to many clients. */
export type SendPortalRequestsInput = {
  /** Who is asked: 1 to 100 clients of the viewer's agency, each named once. */
  clientIds: Array<Scalars['ID']['input']>;
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** What else they are told; bounded and made safe as a message is. It shows no images. */
  note?: InputMaybe<Scalars['String']['input']>;
  /** How the note is written. */
  noteFormat?: BodyFormat;
  /** For what: the same for all. */
  request: WantedInput;
};

/** What clients may do in messages, for all of them or for none. What is left out stays. */
export type SetClientMessagingInput = {
  /** The clients: 1 to 100. */
  clientIds: Array<Scalars['ID']['input']>;
  /**
   * Whether they may use direct chats. Without, their direct threads are out of their sight until it
   * is given back; groups, teams and broadcasts stay.
   */
  directChatAccess?: InputMaybe<Scalars['Boolean']['input']>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether they may write as such. One who may not reads on. */
  send?: InputMaybe<Scalars['Boolean']['input']>;
};

/** A client to share with another agency, or to share no more. */
export type SetClientSharingInput = {
  /** The other agency. */
  agencyId: Scalars['ID']['input'];
  /** The client, of the viewer's agency. */
  clientId: Scalars['ID']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether it is to see the client's requests and records that are not private. */
  shared: Scalars['Boolean']['input'];
};

/** A client's status to set. */
export type SetClientStatusInput = {
  /** The client. */
  clientId: Scalars['ID']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The status. */
  status: ClientStatus;
};

/** A client on whom a legal hold is placed, or from whom it is lifted. */
export type SetLegalHoldInput = {
  /** Which. */
  clientId: Scalars['ID']['input'];
  /** Whether it is to be held. */
  held: Scalars['Boolean']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
};

/** Pin a message, or unpin it. */
export type SetMessagePinnedInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Which message. */
  messageId: Scalars['ID']['input'];
  /** Whether it is to be pinned, for everybody who sees its thread. */
  pinned: Scalars['Boolean']['input'];
};

/** Roles to give a staff member, in place of the present ones. */
export type SetStaffRolesInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The roles; none is allowed and opens nothing. */
  roles: Array<Role>;
  /** The staff member. */
  staffMemberId: Scalars['ID']['input'];
};

/** Archive a thread, or take it back. */
export type SetThreadArchivedInput = {
  /** Whether it is to be archived. */
  archived: Scalars['Boolean']['input'];
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** The thread. */
  threadId: Scalars['ID']['input'];
};

/** Lock a thread, or take the lock off. */
export type SetThreadLockedInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether it is to be locked. */
  locked: Scalars['Boolean']['input'];
  /** The thread. */
  threadId: Scalars['ID']['input'];
};

/** Pin a thread, or unpin it. */
export type SetThreadPinnedInput = {
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether it is to stand at the top of the viewer's inbox. */
  pinned: Scalars['Boolean']['input'];
  /** The thread. */
  threadId: Scalars['ID']['input'];
};

/**
 * A group of staff that is made by itself. It is expanded when something is sent to it. No group
 * means clients.
 */
export type StaffGroupKind =
  /** Everybody with the role of a biller. */
  | 'ALL_BILLERS'
  /** Everybody with the role of a clinician. */
  | 'ALL_CLINICIANS'
  /** Everybody with the role of a scheduler. */
  | 'ALL_SCHEDULERS'
  /** Everybody who works in the agency. */
  | 'ALL_STAFF';

/** A thread to start, with its first message. */
export type StartThreadInput = {
  /** The client for whom a portal account writes. Staff leave it out. */
  actingFor?: InputMaybe<Scalars['ID']['input']>;
  /**
   * The viewer's own attachments that go with it, in this order; not sent yet. At most
   * `MessagingPolicy.attachmentsPerMessage`. A text is needed all the same.
   */
  attachmentIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  /**
   * Who among the staff can read it. For a thread with clients staff must choose one that they
   * could see themselves, about each client; an internal thread has none. A client's thread is
   * CLINICAL unless it says otherwise.
   */
  audience?: InputMaybe<AudienceKind>;
  /**
   * The first message, as `bodyFormat` says: plain text of 1 to 65,536 characters, or as the agency's
   * policy bounds it; or HTML of at most 524,288 bytes, before and after it is sanitised, whose
   * plain text has as many characters. Characters are Unicode scalar values.
   */
  body: Scalars['String']['input'];
  /** How the text is written. */
  bodyFormat?: BodyFormat;
  /** The viewer's draft of a new thread that this was: it is gone when the thread is there. */
  draftId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * Whether the clients see each other and answer all, as members of a group. For staff; with
   * several clients only if the agency's policy has it on; at most 100 clients.
   */
  group?: Scalars['Boolean']['input'];
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** The subject, at most 255 characters; the client sees it. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /**
   * To whom, at most 5,000. From staff: one person makes a thread of two; any number of staff and
   * one client, a thread in which all answer all; several clients, a broadcast, whose clients
   * learn nothing of each other and cannot answer; staff alone, an internal thread. From a
   * client: members of its care team, or the inbox of an audience.
   */
  to: Array<RecipientInput>;
  /** What it is about; fills in the subject. */
  topicId?: InputMaybe<Scalars['ID']['input']>;
};

/** Whose clients a supervisor sees. */
export type SupervisorScope =
  /** All of the agency. */
  | 'ALL'
  /** Those of the own supervisees: the default. */
  | 'SUPERVISEES';

/** What kind of conversation a thread is; decides who may reply. */
export type ThreadKind =
  /** One message to several clients who learn nothing of each other. */
  | 'BROADCAST'
  /** One staff member and one client. */
  | 'DIRECT'
  /** Several clients who see each other. */
  | 'GROUP'
  /** Staff only; has no client and no audience. */
  | 'INTERNAL'
  /** Several staff members and at most one client. */
  | 'TEAM';

/**
 * Switches of the agency's policy to change, all or nothing. What is left out stays; what each one
 * means is said at `MessagingPolicy`.
 */
export type UpdateMessagingPolicyInput = {
  /**
   * Whether the person has read and accepted `MessagingPolicy.emailContentWarning`: needed to turn
   * one of the four switches for content on.
   */
  acknowledgeInsecure?: Scalars['Boolean']['input'];
  /** Whether a group may have several clients, who see each other. */
  allowMultiClientGroups?: InputMaybe<Scalars['Boolean']['input']>;
  /** The size that an attachment must stay below, in bytes: 1,048,576 to 26,214,400. */
  attachmentBelowBytes?: InputMaybe<Scalars['Int']['input']>;
  /** Most attachments of one message: 0 to 100. */
  attachmentsPerMessage?: InputMaybe<Scalars['Int']['input']>;
  /**
   * Whether a client cannot answer either where nobody of the staff addressed takes messages that
   * clients start.
   */
  blockRepliesWhenContactOff?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether staff may share a chat with colleagues. */
  chatSharing?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether alerts to clients may carry the text of messages. */
  clientAlertContent?: InputMaybe<Scalars['Boolean']['input']>;
  /** The audiences to which clients can write without naming a member of their care team. */
  clientAudienceInboxes?: InputMaybe<Array<AudienceKind>>;
  /** Whether e-mails to clients may carry the text of messages. */
  clientEmailContent?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Most characters of a client's message: at least `minBodyChars`, at most 65,536; null takes the
   * bound away.
   */
  clientMaxMessageChars?: InputMaybe<Scalars['Int']['input']>;
  /** Whether clients see when staff read their messages. */
  clientSeesStaffReceipts?: InputMaybe<Scalars['Boolean']['input']>;
  /** With whom a new direct chat is shared: staff, at most 100. */
  defaultDirectChatSharing?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** Whether clients who are added from now on can use direct chats. */
  directChatForNewClients?: InputMaybe<Scalars['Boolean']['input']>;
  /** The version that was read: `MessagingPolicy.version`. */
  expectedVersion: Scalars['Int']['input'];
  /** How the clients of a group are named to each other. */
  groupClientNames?: InputMaybe<ClientNaming>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether staff can write to each other. */
  internalMessaging?: InputMaybe<Scalars['Boolean']['input']>;
  /** Fewest characters of a message: 1 to 100. */
  minBodyChars?: InputMaybe<Scalars['Int']['input']>;
  /** Whether pictures can be attached in the formats of phones' cameras. */
  photos?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether clients and staff can exchange messages at all. */
  portalEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Days for which a release of information holds at most: 1 to 3,650. */
  releaseDays?: InputMaybe<Scalars['Int']['input']>;
  /** Days before the end of a release at which notice is given: 0 to 3,650; 0 means never. */
  releaseNoticeDays?: InputMaybe<Scalars['Int']['input']>;
  /**
   * The text that a client agrees to with a release of information: 1 to 10,000 characters; null gives
   * back the server's own.
   */
  releaseText?: InputMaybe<Scalars['String']['input']>;
  /** Days for which a portal request stands open: 1 to 3,650. */
  requestDays?: InputMaybe<Scalars['Int']['input']>;
  /** Whether a message may wait for a client who has no account yet. */
  sendToUnregistered?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether alerts to staff may carry the text of messages. */
  staffAlertContent?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether e-mails to staff may carry the text of messages. */
  staffEmailContent?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether staff must give a subject, or a topic that fills it. */
  subjectRequired?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whose clients a supervisor sees. */
  supervisorScope?: InputMaybe<SupervisorScope>;
  /** The staff member who owns what clients add without being asked; null means nobody. */
  unsolicitedOwner?: InputMaybe<Scalars['ID']['input']>;
  /** Whether clients can add documents and locations without being asked. */
  unsolicitedRecords?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether voice notes can be attached. */
  voiceNotes?: InputMaybe<Scalars['Boolean']['input']>;
};

/** The viewer's own settings to change, all or nothing. What is left out stays. */
export type UpdateMySettingsInput = {
  /** Whether the person has read and accepted `MessagingPolicy.emailContentWarning`. */
  acknowledgeInsecure?: Scalars['Boolean']['input'];
  /**
   * Whether the viewer wants the text of messages in alerts. Turned on only with
   * `acknowledgeInsecure`.
   */
  alertContent?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether clients may start threads with the viewer. Staff only. */
  allowClientInitiatedContact?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether clients see the viewer on their care team. Staff only. */
  displayInPortal?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Whether the viewer wants the text of messages in e-mails. Turned on only with
   * `acknowledgeInsecure`.
   */
  emailContent?: InputMaybe<Scalars['Boolean']['input']>;
  /** Of what the viewer is told by e-mail. Staff only. */
  emailNotifications?: InputMaybe<Array<EmailNotification>>;
  /** What the Enter key does. */
  enterKeyAction?: InputMaybe<EnterKeyAction>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whether the viewer is alerted while using the portal. */
  inAppAlerts?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the viewer is told by e-mail that something waits. */
  notifyByEmail?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether the application opens the most recent thread at its start. */
  openMostRecentThread?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Settings of a staff member to change, all or nothing. What is left out stays. */
export type UpdateStaffSettingsInput = {
  /** Whether clients may start threads with them. */
  allowClientInitiatedContact?: InputMaybe<Scalars['Boolean']['input']>;
  /** Whether clients see them on their care team. */
  displayInPortal?: InputMaybe<Scalars['Boolean']['input']>;
  /** Of what they are told by e-mail. */
  emailNotifications?: InputMaybe<Array<EmailNotification>>;
  /** Made by the client for this one write. */
  idempotencyKey: Scalars['String']['input'];
  /** Whose. Left out, the viewer's own, for which `updateMySettings` is there. */
  staffMemberId?: InputMaybe<Scalars['ID']['input']>;
};

/** A file that comes with the operation. */
export type UploadAttachmentInput = {
  /** The client for whom a portal account uploads it. Staff leave it out. */
  clientId?: InputMaybe<Scalars['ID']['input']>;
  /**
   * The file. Its name, its type and its content must agree; its size must be below
   * `MessagingPolicy.attachmentBelowBytes`.
   */
  file: Scalars['Upload']['input'];
  /**
   * Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
   * the same input and content answers with the first outcome for seven days.
   */
  idempotencyKey: Scalars['String']['input'];
  /** What it is for. */
  purpose?: AttachmentPurpose;
};

/** The codes of `userErrors`. A code is stable; a message may change. */
export type UserErrorCode =
  /** The staff member is assigned to this client already. */
  | 'ALREADY_ASSIGNED'
  /** The attachment went with another message already. */
  | 'ATTACHMENT_ALREADY_SENT'
  /** The file has no bytes. */
  | 'ATTACHMENT_EMPTY'
  /** The file has as many bytes as `MessagingPolicy.attachmentBelowBytes`, or more. */
  | 'ATTACHMENT_TOO_LARGE'
  /** The file's name, declared type or content is none that is taken, or they disagree. */
  | 'ATTACHMENT_TYPE_NOT_ALLOWED'
  /** A change of audience needs the token of its preview. */
  | 'AUDIENCE_CHANGE_NOT_CONFIRMED'
  /** The staff member could not see threads of this audience. */
  | 'AUDIENCE_NOT_ALLOWED'
  /** A thread with a client needs an audience. */
  | 'AUDIENCE_REQUIRED'
  /** The message has no text. */
  | 'BODY_REQUIRED'
  /** The message has fewer characters than the agency asks for. */
  | 'BODY_TOO_SHORT'
  /** The client is inactive and cannot write. */
  | 'CLIENT_INACTIVE'
  /** The client has no portal account that could read it, and the policy refuses. */
  | 'CLIENT_NOT_ACTIVATED'
  /** The staff member takes no messages that clients start. */
  | 'CONTACT_NOT_ALLOWED'
  /** The end would lie before the start. */
  | 'DATE_RANGE_INVALID'
  /** The viewer may not delete it: by the agency's policy, or because a client has seen it. */
  | 'DELETE_NOT_ALLOWED'
  /** A predefined name and another one are given, a name is given twice, or it is none or too long. */
  | 'DOCUMENT_NAME_INVALID'
  /** The reaction is not exactly one emoji. */
  | 'EMOJI_NOT_ALLOWED'
  /** A document has no file. */
  | 'FILE_REQUIRED'
  /** The agency does not let several clients see each other in a group. */
  | 'GROUPS_NOT_ALLOWED'
  /** What two have written to each other is not shown to another client. */
  | 'HISTORY_NOT_ALLOWED'
  /** Content in e-mails and alerts needs an acknowledgement that these are not secure. */
  | 'INSECURE_NOT_ACKNOWLEDGED'
  /** The agency does not let staff write to each other. */
  | 'INTERNAL_MESSAGING_DISABLED'
  /** The files of a document are larger than 25 MiB, one of them or together. */
  | 'INVALID_FILE_SIZE'
  /** The address or the coordinates are none. */
  | 'LOCATION_INVALID'
  /** The message has more characters than allowed, or more than 524,288 bytes of HTML. */
  | 'MESSAGE_TOO_LONG'
  /** The staff member is not on the client's care team today. */
  | 'NOT_CARE_TEAM_MEMBER'
  /** None of the predefined names was chosen, and no other is given. */
  | 'OTHER_NAME_REQUIRED'
  /** The agency has not enabled messages between clients and staff. */
  | 'PORTAL_DISABLED'
  /** These recipients cannot stand together in one thread. */
  | 'RECIPIENT_NOT_ALLOWED'
  /** A thread needs a recipient. */
  | 'RECIPIENT_REQUIRED'
  /** The agency does not take this from clients without a request. */
  | 'RECORD_NOT_ALLOWED'
  /** The release was revoked already, or is over. */
  | 'RELEASE_NOT_ACTIVE'
  /** What was signed is not the text that the request shows. */
  | 'RELEASE_TEXT_CHANGED'
  /** Nobody, or not this viewer, can reply in this thread. */
  | 'REPLY_NOT_ALLOWED'
  /** The request was fulfilled, cancelled or has expired. */
  | 'REQUEST_CLOSED'
  /** The client has an active release of information that does not expire within seven days. */
  | 'ROI_ALREADY_ACTIVE'
  /** The client may read and, for the time being, not write. */
  | 'SENDING_NOT_ALLOWED'
  /** A setting lies outside of its bounds, or two do not fit each other. */
  | 'SETTING_OUT_OF_RANGE'
  /** The agency does not let chats be shared. */
  | 'SHARING_NOT_ALLOWED'
  /** A release needs the name of who signs it: 1 to 200 characters. */
  | 'SIGNATURE_REQUIRED'
  /** The thread needs a subject, or a topic that fills it. */
  | 'SUBJECT_REQUIRED'
  /** The subject is longer than 255 characters. */
  | 'SUBJECT_TOO_LONG'
  /** The thread is locked: only who locked it can write. */
  | 'THREAD_LOCKED'
  /** More attachments than one message takes, or than can wait to be sent. */
  | 'TOO_MANY_ATTACHMENTS'
  /** The agency has as many document categories, or the category as many names, as it can. */
  | 'TOO_MANY_DOCUMENT_NAMES'
  /** The viewer has as many drafts as one can have. */
  | 'TOO_MANY_DRAFTS'
  /** The message was edited as often as a message can be. */
  | 'TOO_MANY_EDITS'
  /** As many imports of the agency wait as can. */
  | 'TOO_MANY_IMPORTS'
  /** More threads are pinned than one viewer can have, or more messages than one thread. */
  | 'TOO_MANY_PINNED'
  /** The message takes no more reactions, or the viewer changed too many within a minute. */
  | 'TOO_MANY_REACTIONS'
  /** The topic is not one of this audience. */
  | 'TOPIC_NOT_IN_AUDIENCE'
  /** The object has changed since the version that the input names. */
  | 'VERSION_CONFLICT';

/** What a client is asked for: exactly one of these. */
export type WantedInput =
  /** A document. Refused with `OTHER_NAME_REQUIRED` without a name. */
  { document: DocumentWantedInput; location?: never; releaseOfInformation?: never; }
  |  /** Where the client is. */
  { document?: never; location: LocationWantedInput; releaseOfInformation?: never; }
  |  /**
   * A signed release of information. Refused with `ROI_ALREADY_ACTIVE` while one is active that
   * holds for more than seven days.
   */
  { document?: never; location?: never; releaseOfInformation: ReleaseOfInformationWantedInput; };

export type InboxThreadFragment = { __typename?: 'Thread', id: string, subject: string, lastActivityAt: string, viewerUnreadCount: number, archived: boolean, viewerHasHidden: boolean, client?: { __typename?: 'Client', displayName: string } | null, lastMessage?: { __typename?: 'Message', bodyText: string } | null } & { ' $fragmentName'?: 'InboxThreadFragment' };

export type InboxQueryVariables = Exact<{
  first: Scalars['Int']['input'];
  filter: InboxFilter;
}>;


export type InboxQuery = { __typename?: 'Query', eventCursor: string, viewer:
    | { __typename: 'PortalAccount', displayName: string }
    | { __typename: 'StaffMember', displayName: string }
  , inbox: { __typename?: 'ThreadConnection', edges: Array<{ __typename?: 'ThreadEdge', node: (
        { __typename?: 'Thread' }
        & { ' $fragmentRefs'?: { 'InboxThreadFragment': InboxThreadFragment } }
      ) }> } };

export type ChangesSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['EventCursor']['input']>;
}>;


export type ChangesSubscription = { __typename?: 'Subscription', events:
    | { __typename: 'AccessGranted', cursor: string }
    | { __typename: 'AccessRevoked', cursor: string, threadIds: Array<string>, everything: boolean }
    | { __typename: 'ClientChanged', cursor: string }
    | { __typename: 'DraftChanged', cursor: string }
    | { __typename: 'MessageAdded', cursor: string, thread: (
        { __typename?: 'Thread' }
        & { ' $fragmentRefs'?: { 'InboxThreadFragment': InboxThreadFragment } }
      ) }
    | { __typename: 'MessageChanged', cursor: string, thread: (
        { __typename?: 'Thread' }
        & { ' $fragmentRefs'?: { 'InboxThreadFragment': InboxThreadFragment } }
      ) }
    | { __typename: 'MessageDeleted', cursor: string, thread: (
        { __typename?: 'Thread' }
        & { ' $fragmentRefs'?: { 'InboxThreadFragment': InboxThreadFragment } }
      ) }
    | { __typename: 'NotificationAdded', cursor: string }
    | { __typename: 'ReactionChanged', cursor: string }
    | { __typename: 'ReadReceiptAdded', cursor: string }
    | { __typename: 'RequestChanged', cursor: string }
    | { __typename: 'RequestFulfilled', cursor: string }
    | { __typename: 'RequestSent', cursor: string }
    | { __typename: 'ThreadChanged', cursor: string, thread: (
        { __typename?: 'Thread' }
        & { ' $fragmentRefs'?: { 'InboxThreadFragment': InboxThreadFragment } }
      ) }
    | { __typename: 'ThreadNoteAdded', cursor: string }
    | { __typename: 'ViewerStateChanged', cursor: string, thread: (
        { __typename?: 'Thread' }
        & { ' $fragmentRefs'?: { 'InboxThreadFragment': InboxThreadFragment } }
      ) }
   };

export type SendMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMutation = { __typename?: 'Mutation', sendMessage: { __typename?: 'SendMessagePayload', message?: { __typename?: 'Message', id: string } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const InboxThreadFragmentDoc = new TypedDocumentString(`
    fragment InboxThread on Thread {
  id
  subject
  lastActivityAt
  viewerUnreadCount
  archived
  viewerHasHidden
  client {
    displayName
  }
  lastMessage {
    bodyText
  }
}
    `, {"fragmentName":"InboxThread"}) as unknown as TypedDocumentString<InboxThreadFragment, unknown>;
export const InboxDocument = new TypedDocumentString(`
    query Inbox($first: Int!, $filter: InboxFilter!) {
  eventCursor
  viewer {
    __typename
    ... on StaffMember {
      displayName
    }
    ... on PortalAccount {
      displayName
    }
  }
  inbox(first: $first, filter: $filter) {
    edges {
      node {
        ...InboxThread
      }
    }
  }
}
    fragment InboxThread on Thread {
  id
  subject
  lastActivityAt
  viewerUnreadCount
  archived
  viewerHasHidden
  client {
    displayName
  }
  lastMessage {
    bodyText
  }
}`, {"hash":"733937e2d7238608306bf0b8c63304644cd18ddb7cde3bfb209b853c18b503fe"}) as unknown as TypedDocumentString<InboxQuery, InboxQueryVariables>;
export const ChangesDocument = new TypedDocumentString(`
    subscription Changes($after: EventCursor) {
  events(after: $after) {
    __typename
    ... on MessageAdded {
      cursor
      thread {
        ...InboxThread
      }
    }
    ... on MessageChanged {
      cursor
      thread {
        ...InboxThread
      }
    }
    ... on MessageDeleted {
      cursor
      thread {
        ...InboxThread
      }
    }
    ... on ReactionChanged {
      cursor
    }
    ... on ThreadNoteAdded {
      cursor
    }
    ... on DraftChanged {
      cursor
    }
    ... on ThreadChanged {
      cursor
      thread {
        ...InboxThread
      }
    }
    ... on ViewerStateChanged {
      cursor
      thread {
        ...InboxThread
      }
    }
    ... on ReadReceiptAdded {
      cursor
    }
    ... on ClientChanged {
      cursor
    }
    ... on RequestSent {
      cursor
    }
    ... on RequestChanged {
      cursor
    }
    ... on RequestFulfilled {
      cursor
    }
    ... on NotificationAdded {
      cursor
    }
    ... on AccessGranted {
      cursor
    }
    ... on AccessRevoked {
      cursor
      threadIds
      everything
    }
  }
}
    fragment InboxThread on Thread {
  id
  subject
  lastActivityAt
  viewerUnreadCount
  archived
  viewerHasHidden
  client {
    displayName
  }
  lastMessage {
    bodyText
  }
}`, {"hash":"508f327d95df3aae6c2884db6e36bd6b573679e0e4c2afd052e3208f6f742028"}) as unknown as TypedDocumentString<ChangesSubscription, ChangesSubscriptionVariables>;
export const SendDocument = new TypedDocumentString(`
    mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message {
      id
    }
    userErrors {
      code
      message
    }
  }
}
    `, {"hash":"b057a0c9664886b0a884be54ef038265d52a8582d5c8018dec0e853902dbd9ca"}) as unknown as TypedDocumentString<SendMutation, SendMutationVariables>;