/**
 * The corpus of signed requests: what a fixture is made of, and how the fixtures are found. Signatures are made with
 * libxml2 and node:crypto, so that the gateway's own code has no part in saying what an honest request is.
 */
export { uri } from './algorithms.js'
export { attack, loadAttacks, loadValid, stillValid, valid, type Attack, type Named, type Valid } from './cases.js'
export * from './edit.js'
export { Honest, longBase64, withToken, type Party } from './honest.js'
export { createJudge, type Judge } from './judge.js'
export { makeKeys, privateKeyOf, registeredForSender, type Keys } from './keys.js'
export { NS } from '../clients/namespaces.js'
