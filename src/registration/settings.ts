import { Ajv, type JSONSchemaType } from 'ajv'
import type { Billing } from '../message/index.js'
import { RegistrationError } from './errors.js'

/** Where an authority takes states and answers of citizens (paluukanava.md). */
export interface ReturnChannel {
  readonly url: string
  /** which elements its receiver knows: those of 2010–2014, or the newer ones too */
  readonly generation: 'old' | 'new'
}

/** The authority's own words in notifications that there is mail; never anything of the mail itself. */
export interface NotificationTexts {
  readonly emailSubject?: string
  readonly emailBody?: string
  readonly sms?: string
}

/**
 * Settings of a service that every part of the gateway obeys; a missing one means the installation's default. Read
 * with every request, so a change is in force at once. Documented in docs/service-settings.md.
 */
export interface ServiceSettings {
  /** operations the service may call; all when missing */
  readonly operations?: readonly string[]
  /** whether it may ask for every account, not only for listed ones; no when missing */
  readonly mayListAccounts?: boolean
  readonly responseSecurity?: 'none' | 'signature' | 'signature+timestamp'
  /** which key signs answers to it while the gateway's key changes; the current one when missing */
  readonly signingKey?: 'current' | 'next'
  /** whether SHA-1 is accepted; the installation may refuse it for everybody */
  readonly sha1?: 'allowed' | 'refused'
  /** whether addItems says what became of each item, or only that it was taken (viranomaispalvelut.md §10) */
  readonly addItemsAnswers?: 'synchronous' | 'queued'
  /** bytes; never above the installation's own limit */
  readonly maxRequestBytes?: number
  /** bytes; never above the installation's own limit */
  readonly maxAttachmentBytes?: number
  /** instead of the installation's limit; 0 sets none */
  readonly requestsPerMinute?: number
  /** media types, of those that the installation accepts */
  readonly attachmentTypes?: readonly string[]
  /** for paper when the request brings no billing of its own */
  readonly billing?: Billing
  /** which states are reported: those that a message asks for, read receipts always, or none but failures */
  readonly receipts?: 'asked' | 'all' | 'none'
  /** whether citizens may answer its messages; no when missing */
  readonly replyAllowed?: boolean
  /** whether citizens may write to it without having been written to; no when missing */
  readonly newMessagesAllowed?: boolean
  /** e-mail address that citizens' messages go to when there is no return channel */
  readonly replyEmail?: string
  readonly returnChannel?: ReturnChannel
  /** the way that electronic messages go */
  readonly deliveryRoute?: 'mailbox'
  readonly notificationTexts?: Readonly<Partial<Record<'fi' | 'sv' | 'en', NotificationTexts>>>
  /** days; the installation's own when missing */
  readonly retentionDays?: Readonly<Partial<Record<'messages' | 'attachments' | 'evidence', number>>>
}

export type SettingName = keyof ServiceSettings

const MAX_BYTES = 512 * 1024 * 1024
const MAX_PER_MINUTE = 100_000_000
const MAX_DAYS = 36_500

const choice = (...values: string[]): object => ({ type: 'string', enum: values })
/** PostgreSQL keeps neither a zero character nor half of a surrogate pair in JSON. */
const KEEPABLE = '^[^\\u0000\\ud800-\\udfff]*$'
const text = (maxLength: number, minLength = 1): object => ({ type: 'string', minLength, maxLength, pattern: KEEPABLE })
const whole = (minimum: number, maximum: number): object => ({ type: 'integer', minimum, maximum })
const object = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const list = (items: object, maxItems: number): object => ({
  type: 'array',
  items,
  minItems: 1,
  maxItems,
  uniqueItems: true,
})
const textOrNull = (maxLength: number, minLength = 1): object => ({
  ...text(maxLength, minLength),
  type: ['string', 'null'],
})

const notification = object({ emailSubject: text(200), emailBody: text(4_000), sms: text(300) })
const days = whole(1, MAX_DAYS)

const schemas: Readonly<Record<SettingName, object>> = {
  operations: list(choice('sendMessage', 'addItems', 'queryCustomers', 'getServiceStatus'), 4),
  mayListAccounts: { type: 'boolean' },
  responseSecurity: choice('none', 'signature', 'signature+timestamp'),
  signingKey: choice('current', 'next'),
  sha1: choice('allowed', 'refused'),
  addItemsAnswers: choice('synchronous', 'queued'),
  maxRequestBytes: whole(1024, MAX_BYTES),
  maxAttachmentBytes: whole(1, MAX_BYTES),
  requestsPerMinute: whole(0, MAX_PER_MINUTE),
  attachmentTypes: list({ type: 'string', pattern: '^[a-z0-9.+-]+/[a-z0-9.+-]+$', maxLength: 200 }, 200),
  billing: object({ id: text(6, 6), password: textOrNull(4, 4), costCentre: textOrNull(15) }, [
    'id',
    'password',
    'costCentre',
  ]),
  receipts: choice('asked', 'all', 'none'),
  replyAllowed: { type: 'boolean' },
  newMessagesAllowed: { type: 'boolean' },
  // One plain address: it is written into the header of a mail.
  replyEmail: {
    type: 'string',
    pattern: "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z][A-Za-z0-9-]*$",
    maxLength: 254,
  },
  returnChannel: object(
    {
      url: {
        type: 'string',
        pattern: '^https?://[^\\s\\p{Cc}\\p{Cs}/?#@]+([/?#][^\\s\\p{Cc}\\p{Cs}]*)?$',
        maxLength: 500,
      },
      generation: choice('old', 'new'),
    },
    ['url', 'generation'],
  ),
  deliveryRoute: choice('mailbox'),
  notificationTexts: object({ fi: notification, sv: notification, en: notification }),
  retentionDays: object({ messages: days, attachments: days, evidence: days }),
}

export const settingNames = Object.keys(schemas) as SettingName[]

const check = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile({
  ...object(schemas),
} as unknown as JSONSchemaType<ServiceSettings>)

/**
 * Checks settings that somebody wants to write; all faults at once, by name, without the values: some are secrets.
 * @throws RegistrationError SETTINGS_INVALID
 */
export function checkSettings(value: unknown): ServiceSettings {
  if (check(value)) return value
  const faults = (check.errors ?? []).map(({ instancePath, message, params }) => {
    const unknown = (params as { additionalProperty?: string }).additionalProperty
    const allowed = (params as { allowedValues?: readonly string[] }).allowedValues
    const where = [instancePath.slice(1).replaceAll('/', '.'), unknown].filter(Boolean).join('.') || 'the settings'
    const what = unknown !== undefined ? 'is no setting' : allowed ? `must be one of ${allowed.join(', ')}` : message
    return `${where} ${what ?? 'is wrong'}`
  })
  throw new RegistrationError('SETTINGS_INVALID', [...new Set(faults)].join('; '))
}

/** Settings as anybody may see them. */
export function withoutSecrets({ billing, ...settings }: ServiceSettings): object {
  if (billing === undefined) return settings
  return { ...settings, billing: { ...billing, password: billing.password === null ? null : '[hidden]' } }
}
