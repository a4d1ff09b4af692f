/**
 * Registered certificates: who may use which, whether they lead to a configured CA and are not revoked, and how long
 * they last. What a CA has to be asked is asked in the background and kept in the database, for every process and page;
 * a request never waits for it, and nothing is ever fetched because a message says so.
 */
export { AuthorityFileError, loadAuthorities, type Authorities } from './authorities.js'
export { createCertificateChecks, type CertificateChecks, type CheckResult } from './checks.js'
export { createCertificateDirectory, type CertificateDirectory, type RegisteredCertificate } from './directory.js'
export { daysLeft, type CertificateReading, type OwnCertificate } from './expiry.js'
export { createCertificateWatch, type CertificateSettings, type CertificateWatch } from './watch.js'
