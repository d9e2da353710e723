import { Problem, type Session } from '@shopfleet/contracts'

/** Signing in goes on with a code, in the time that is left. */
export interface Challenge {
  mfa_token: string
  expires_at_ms: number
}

export const isChallenge = (answer: object): answer is Challenge => 'mfa_token' in answer

/** The answer to signing in: a session, or that a second factor is asked for. */
export async function sessionOrChallenge<S extends Pick<Session, 'user'>>(answer: Promise<S>): Promise<S | Challenge> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof Problem) || error.problem !== 'mfa-required') throw error
    const { mfa_token, expires_in } = error.extra as { mfa_token: string; expires_in: number }
    return { mfa_token, expires_at_ms: Date.now() + expires_in * 1000 }
  }
}
