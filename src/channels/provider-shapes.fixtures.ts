/** What providers say a request must look like, as JSON Schema: written down from their own descriptions. */

const text = (maxLength?: number) => ({ type: 'string', ...(maxLength && { maxLength }) })
const link = { type: 'string', pattern: '^https?://' }

/** https://developer.pagerduty.com/api-reference/368ae3d938c9e-send-an-event-to-pager-duty (OpenAPI of the Events API v2) */
export const pagerdutyEvent = {
  type: 'object',
  additionalProperties: false,
  required: ['routing_key', 'event_action'],
  properties: {
    routing_key: text(),
    event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
    dedup_key: { ...text(255), minLength: 1 },
    client: text(),
    client_url: link,
    links: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['href'],
        properties: { href: link, text: text() },
      },
    },
    images: { type: 'array', items: { type: 'object', required: ['src'] } },
    payload: {
      type: 'object',
      additionalProperties: false,
      required: ['summary', 'severity', 'source'],
      properties: {
        summary: { ...text(1024), minLength: 1 },
        timestamp: {
          type: 'string',
          pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:?\\d\\d)$',
        },
        severity: { enum: ['critical', 'warning', 'error', 'info'] },
        source: { ...text(), minLength: 1 },
        component: text(),
        group: text(),
        class: text(),
        custom_details: { type: 'object' },
      },
    },
  },
  // "Required unless the event_type is trigger"; a trigger is nothing without its payload.
  if: { properties: { event_action: { const: 'trigger' } } },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { required: ['payload'] },
  else: { required: ['dedup_key'] },
}

/** https://developer.pagerduty.com/docs/send-change-events */
export const pagerdutyChange = {
  type: 'object',
  additionalProperties: false,
  required: ['routing_key', 'payload'],
  properties: {
    routing_key: text(),
    links: pagerdutyEvent.properties.links,
    images: { type: 'array' },
    payload: {
      type: 'object',
      additionalProperties: false,
      required: ['summary'],
      properties: {
        summary: { ...text(1024), minLength: 1 },
        source: text(),
        timestamp: pagerdutyEvent.properties.payload.properties.timestamp,
        custom_details: { type: 'object' },
      },
    },
  },
}

/** https://docs.opsgenie.com/docs/alert-api#create-alert */
export const opsgenieAlert = {
  type: 'object',
  additionalProperties: false,
  required: ['message'],
  properties: {
    message: { ...text(130), minLength: 1 },
    alias: text(512),
    description: text(15_000),
    responders: { type: 'array', maxItems: 50 },
    visibleTo: { type: 'array', maxItems: 50 },
    actions: { type: 'array', items: text(50), maxItems: 10 },
    tags: { type: 'array', items: text(50), maxItems: 20 },
    details: { type: 'object', additionalProperties: text() },
    entity: text(512),
    source: text(100),
    priority: { enum: ['P1', 'P2', 'P3', 'P4', 'P5'] },
    user: text(100),
    note: text(25_000),
  },
}

/** https://docs.opsgenie.com/docs/alert-api#acknowledge-alert, the same for close and notes */
export const opsgenieNote = {
  type: 'object',
  additionalProperties: false,
  properties: { user: text(100), source: text(100), note: text(25_000) },
}

/** The nodes of Atlassian's document format that are used: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
const mark = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'attrs'],
  properties: {
    type: { const: 'link' },
    attrs: { type: 'object', required: ['href'], additionalProperties: false, properties: { href: link } },
  },
}
const inline = {
  oneOf: [
    {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'text'],
      properties: { type: { const: 'text' }, text: { ...text(), minLength: 1 }, marks: { type: 'array', items: mark } },
    },
    { type: 'object', additionalProperties: false, required: ['type'], properties: { type: { const: 'hardBreak' } } },
  ],
}
export const adf = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'version', 'content'],
  properties: {
    type: { const: 'doc' },
    version: { const: 1 },
    content: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'content'],
        properties: { type: { const: 'paragraph' }, content: { type: 'array', items: inline } },
      },
    },
  },
}
