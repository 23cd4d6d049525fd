// Everything that this application asks. `npm run generate` makes a type of each, and the manifest of their hashes.

import { graphql } from './gql';

/** A thread as the inbox shows it: the same for the snapshot and for what changes later. */
export const InboxThread = graphql(`
  fragment InboxThread on Thread {
    id
    subject
    lastActivityAt
    viewerUnreadCount
    archived
    viewerHasHidden
    client { displayName }
    lastMessage { bodyText }
  }
`);

/** The snapshot, and in the same answer the place at which the stream goes on. */
export const Inbox = graphql(`
  query Inbox($first: Int!, $filter: InboxFilter!) {
    eventCursor
    viewer {
      __typename
      ... on StaffMember { displayName }
      ... on PortalAccount { displayName }
    }
    inbox(first: $first, filter: $filter) {
      edges { node { ...InboxThread } }
    }
  }
`);

/** Every event; those that can alter the snapshot with what it takes. The cursor of each is kept. */
export const Changes = graphql(`
  subscription Changes($after: EventCursor) {
    events(after: $after) {
      __typename
      ... on MessageAdded { cursor thread { ...InboxThread } }
      ... on MessageChanged { cursor thread { ...InboxThread } }
      ... on MessageDeleted { cursor thread { ...InboxThread } }
      ... on ReactionChanged { cursor }
      ... on ThreadNoteAdded { cursor }
      ... on DraftChanged { cursor }
      ... on ThreadChanged { cursor thread { ...InboxThread } }
      ... on ViewerStateChanged { cursor thread { ...InboxThread } }
      ... on ReadReceiptAdded { cursor }
      ... on ClientChanged { cursor }
      ... on RequestSent { cursor }
      ... on RequestChanged { cursor }
      ... on RequestFulfilled { cursor }
      ... on NotificationAdded { cursor }
      ... on AccessGranted { cursor }
      ... on AccessRevoked { cursor threadIds everything }
    }
  }
`);

export const Send = graphql(`
  mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) {
      message { id }
      userErrors { code message }
    }
  }
`);
