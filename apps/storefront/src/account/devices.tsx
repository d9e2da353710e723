import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import { type Device, endSession, Problem } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { tellProblem } from '../problem.ts'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { Icon } from '../ui/icon.tsx'
import { useToast } from '../ui/toast.tsx'
import { Card, CardHead, Failed, Loading } from './frame.tsx'
import { devicesKey, devicesQuery } from './queries.ts'

const List = styled('ul')(({ theme }) => ({
  '& > li': {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr) auto',
    alignItems: 'center',
    gap: 16,
    paddingBlock: 14,
    borderTop: `1px solid ${theme.vars!.palette.divider}`,
    '&:first-of-type': { borderTop: 0, paddingTop: 0 },
  },
  '& strong': { fontWeight: 550 },
  '& small': { display: 'block', fontSize: '0.875rem', color: theme.vars!.palette.text.secondary },
  '& > li > svg': { color: theme.vars!.palette.text.secondary },
}))

const isTelephone = ({ device }: Device) => /iPhone|iPad|Android/.test(device)

/** Where one is signed in, with a way to end each. */
export function DevicesCard() {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(devicesQuery(shop))
  return (
    <Card aria-labelledby="devices-title">
      <CardHead id="devices-title" title={t.devicesTitle} text={t.devicesText} />
      {data ? <Devices devices={data} /> : error ? <Failed retry={() => void refetch()} /> : <Loading lines={3} />}
    </Card>
  )
}

function Devices({ devices }: { devices: Device[] }) {
  const t = useTexts(accountTexts)
  const { api, language } = useShop()
  const queries = useQueryClient()
  const { dateTime } = useFormats()
  const toast = useToast()
  const [isBusy, setBusy] = useState(false)
  const others = devices.filter(one => !one.current)
  // The platform names a device in English: `Firefox on Linux`.
  const nameOf = ({ device }: Device) =>
    device === 'Unknown device' ? t.unknownDevice : device.replace(' on ', t.onDevice)

  async function end(ended: Device[], said: string) {
    setBusy(true)
    try {
      await Promise.all(ended.map(({ id }) => api.call(endSession, { params: { id } }).catch(unlessGone)))
      toast(said)
    } catch (error) {
      toast(tellProblem(error, language).message, { kind: 'bad' })
    } finally {
      await queries.invalidateQueries({ queryKey: devicesKey })
      setBusy(false)
    }
  }

  return (
    <>
      <List>
        {[...devices.filter(one => one.current), ...others].map(one => (
          <li key={one.id}>
            <Icon name={isTelephone(one) ? 'phone' : 'screen'} />
            <span>
              <strong>{nameOf(one)}</strong>{' '}
              {one.current ? (
                <span className="badge" data-good="true">
                  {t.thisDevice}
                </span>
              ) : null}
              <small>
                {t.lastUsed(dateTime(one.last_used_at))}
                {one.ip ? ` · ${t.from(one.ip)}` : null}
              </small>
            </span>
            {one.current ? null : (
              <Button
                size="small"
                variant="outlined"
                aria-disabled={isBusy}
                aria-label={t.endDeviceOf(nameOf(one))}
                onClick={() => !isBusy && void end([one], t.deviceEnded(nameOf(one)))}
              >
                {t.endDevice}
              </Button>
            )}
          </li>
        ))}
      </List>
      {others.length > 1 ? (
        <Button
          variant="outlined"
          sx={{ justifySelf: 'start' }}
          aria-disabled={isBusy}
          onClick={() => !isBusy && void end(others, t.othersEnded)}
        >
          {t.endOthers}
        </Button>
      ) : null}
    </>
  )
}

/** One that has ended meanwhile is what was asked for. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Problem) || error.problem !== 'not-found') throw error
}
