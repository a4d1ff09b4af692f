/**
 * The way back to authorities: states of what they sent, and what citizens write to them, pushed to the SOAP services
 * that they host (paluukanava.md). The only user of the SOAP client, and the only place that calls addresses which
 * somebody else has chosen: `guard.ts` says which of them are never called.
 */
export { createReturnChannel, type ReturnChannelOptions } from './channel.js'
export type { CitizenMessage, CitizenMessages } from './citizen-messages.js'
