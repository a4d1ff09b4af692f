/**
 * Takes what was stored out of the queue and delivers it: claims with leases, one attempt at a time with a row of its
 * own, growing pauses, dead letters. What a channel does is in `channels/`; each promises what reliability.md §2 says of
 * its kind. Reports to authorities are a channel of the room `report`.
 */
export { createBell, type Bell } from './bell.js'
export type { Channel, Job, Outcome, Write } from './channel.js'
export { createEmailChannel, type EmailOptions } from './channels/email/channel.js'
export type { CitizenMail, FindCitizenMail } from './channels/email/citizen-mail.js'
export { createMailboxChannel } from './channels/mailbox.js'
export { createSmsChannel } from './channels/sms/channel.js'
export { createPrintChannel, TEST_FOLDER, type PrintOptions } from './channels/print/index.js'
export { createInspector, scannerPauseMs, withInspection, type Inspection, type Inspector } from './inspection.js'
export { noMetrics, type DeliveryMetrics } from './metrics.js'
export { pauseAfter, schedules } from './schedule.js'
export { createClamd } from './scanner/clamd.js'
export { startSweeper } from './sweeper.js'
export { startTimeLimit } from './time-limit.js'
export { createWorker, type Worker } from './worker.js'
