/**
 * Whose an id is, told by its form alone: an artificial person's or company's, a real one's, or nobody's. Individual
 * numbers 900–999 of personal identity codes are never given to anybody; business ids from 9000000 up are not in use.
 * The check character is not looked at: a mistyped code of a real person must not pass for something harmless (ADR 17).
 */
export type IdentityClass = 'artificial' | 'real' | 'neither'

/** Century signs: + (1800s), -YXWVU (1900s), ABCDEF (2000s). Source: government decree 128/2010 §2, DVV 2023. */
const PERSON = /^\d{6}[-+YXWVUABCDEF](\d{3})[0-9A-Z]$/
const BUSINESS = /^(\d)\d{6}-\d$/

export function identityClassOf(written: string): IdentityClass {
  const id = written.trim().toUpperCase()
  const individual = PERSON.exec(id)?.[1]
  if (individual !== undefined) return individual >= '900' ? 'artificial' : 'real'
  const first = BUSINESS.exec(id)?.[1]
  if (first !== undefined) return first === '9' ? 'artificial' : 'real'
  return 'neither'
}

/**
 * The side that an id belongs to. What has neither form is of the side that looks at ids itself: a form that the test
 * side does not know may still be somebody's, and there it would go out on paper unseen.
 */
export const sideOf = (id: string): 'test' | 'production' =>
  identityClassOf(id) === 'artificial' ? 'test' : 'production'

/** Whether a service that acts in this environment must not address this id. */
export const isForeignTo = (environment: 'test' | 'production', id: string): boolean => sideOf(id) !== environment
