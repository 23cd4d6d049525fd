/* eslint-disable */
import * as types from './graphql';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  fragment InboxThread on Thread {\n    id\n    subject\n    lastActivityAt\n    viewerUnreadCount\n    archived\n    viewerHasHidden\n    client { displayName }\n    lastMessage { bodyText }\n  }\n": typeof types.InboxThreadFragmentDoc,
    "\n  query Inbox($first: Int!, $filter: InboxFilter!) {\n    eventCursor\n    viewer {\n      __typename\n      ... on StaffMember { displayName }\n      ... on PortalAccount { displayName }\n    }\n    inbox(first: $first, filter: $filter) {\n      edges { node { ...InboxThread } }\n    }\n  }\n": typeof types.InboxDocument,
    "\n  subscription Changes($after: EventCursor) {\n    events(after: $after) {\n      __typename\n      ... on MessageAdded { cursor thread { ...InboxThread } }\n      ... on MessageChanged { cursor thread { ...InboxThread } }\n      ... on MessageDeleted { cursor thread { ...InboxThread } }\n      ... on ReactionChanged { cursor }\n      ... on ThreadNoteAdded { cursor }\n      ... on DraftChanged { cursor }\n      ... on ThreadChanged { cursor thread { ...InboxThread } }\n      ... on ViewerStateChanged { cursor thread { ...InboxThread } }\n      ... on ReadReceiptAdded { cursor }\n      ... on ClientChanged { cursor }\n      ... on RequestSent { cursor }\n      ... on RequestChanged { cursor }\n      ... on RequestFulfilled { cursor }\n      ... on NotificationAdded { cursor }\n      ... on AccessGranted { cursor }\n      ... on AccessRevoked { cursor threadIds everything }\n    }\n  }\n": typeof types.ChangesDocument,
    "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) {\n      message { id }\n      userErrors { code message }\n    }\n  }\n": typeof types.SendDocument,
};
const documents: Documents = {
    "\n  fragment InboxThread on Thread {\n    id\n    subject\n    lastActivityAt\n    viewerUnreadCount\n    archived\n    viewerHasHidden\n    client { displayName }\n    lastMessage { bodyText }\n  }\n": types.InboxThreadFragmentDoc,
    "\n  query Inbox($first: Int!, $filter: InboxFilter!) {\n    eventCursor\n    viewer {\n      __typename\n      ... on StaffMember { displayName }\n      ... on PortalAccount { displayName }\n    }\n    inbox(first: $first, filter: $filter) {\n      edges { node { ...InboxThread } }\n    }\n  }\n": types.InboxDocument,
    "\n  subscription Changes($after: EventCursor) {\n    events(after: $after) {\n      __typename\n      ... on MessageAdded { cursor thread { ...InboxThread } }\n      ... on MessageChanged { cursor thread { ...InboxThread } }\n      ... on MessageDeleted { cursor thread { ...InboxThread } }\n      ... on ReactionChanged { cursor }\n      ... on ThreadNoteAdded { cursor }\n      ... on DraftChanged { cursor }\n      ... on ThreadChanged { cursor thread { ...InboxThread } }\n      ... on ViewerStateChanged { cursor thread { ...InboxThread } }\n      ... on ReadReceiptAdded { cursor }\n      ... on ClientChanged { cursor }\n      ... on RequestSent { cursor }\n      ... on RequestChanged { cursor }\n      ... on RequestFulfilled { cursor }\n      ... on NotificationAdded { cursor }\n      ... on AccessGranted { cursor }\n      ... on AccessRevoked { cursor threadIds everything }\n    }\n  }\n": types.ChangesDocument,
    "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) {\n      message { id }\n      userErrors { code message }\n    }\n  }\n": types.SendDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment InboxThread on Thread {\n    id\n    subject\n    lastActivityAt\n    viewerUnreadCount\n    archived\n    viewerHasHidden\n    client { displayName }\n    lastMessage { bodyText }\n  }\n"): typeof import('./graphql').InboxThreadFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Inbox($first: Int!, $filter: InboxFilter!) {\n    eventCursor\n    viewer {\n      __typename\n      ... on StaffMember { displayName }\n      ... on PortalAccount { displayName }\n    }\n    inbox(first: $first, filter: $filter) {\n      edges { node { ...InboxThread } }\n    }\n  }\n"): typeof import('./graphql').InboxDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Changes($after: EventCursor) {\n    events(after: $after) {\n      __typename\n      ... on MessageAdded { cursor thread { ...InboxThread } }\n      ... on MessageChanged { cursor thread { ...InboxThread } }\n      ... on MessageDeleted { cursor thread { ...InboxThread } }\n      ... on ReactionChanged { cursor }\n      ... on ThreadNoteAdded { cursor }\n      ... on DraftChanged { cursor }\n      ... on ThreadChanged { cursor thread { ...InboxThread } }\n      ... on ViewerStateChanged { cursor thread { ...InboxThread } }\n      ... on ReadReceiptAdded { cursor }\n      ... on ClientChanged { cursor }\n      ... on RequestSent { cursor }\n      ... on RequestChanged { cursor }\n      ... on RequestFulfilled { cursor }\n      ... on NotificationAdded { cursor }\n      ... on AccessGranted { cursor }\n      ... on AccessRevoked { cursor threadIds everything }\n    }\n  }\n"): typeof import('./graphql').ChangesDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) {\n      message { id }\n      userErrors { code message }\n    }\n  }\n"): typeof import('./graphql').SendDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
