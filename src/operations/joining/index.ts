/** What the joining contract asks for: register, look after a registration, ask after messages. */
export { addCertificate } from './add-certificate.js'
export { JoiningError, type JoiningErrorCode } from './errors.js'
export { fetchMessageStatus } from './fetch-message-status.js'
export { registerService } from './register-service.js'
export { changeContacts, getRegistration, retireCertificate, withdrawRegistration } from './registration.js'
export type { Applied, Signer } from './signer.js'
