import Button from '@mui/material/Button'
import { Navigate, useNavigate } from 'react-router'
import { DoorFrame } from './frame.tsx'
import { SecondFactorSetup } from './second-factor.tsx'
import { endSession, enrolled, useSession } from './session.ts'

/** Where staff need a second factor: without one there is nothing else to do. */
export function EnrolPage() {
  const navigate = useNavigate()
  const { me } = useSession()
  if (me === null) return <Navigate to="/sign-in" replace />
  async function finish() {
    await enrolled()
    await navigate('/', { replace: true })
  }
  return (
    <DoorFrame
      title="Set up your second factor"
      lead="Whoever works here signs in with a code of an authenticator app besides the password."
    >
      <SecondFactorSetup onDone={() => void finish()} />
      <Button color="secondary" sx={{ mt: 2 }} onClick={() => void endSession()}>
        Sign out
      </Button>
    </DoorFrame>
  )
}
