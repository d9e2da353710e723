import Button from '@mui/material/Button'
import Dialog from '@mui/material/Dialog'
import DialogActions from '@mui/material/DialogActions'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { getWebhookDelivery, replayWebhookDelivery } from '@shopfleet/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import { moment } from '../formats.ts'
import { problemText } from '../problem.ts'
import { Json } from '../ui/json.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Facts, Failed, Loading } from '../ui/page.tsx'
import { webhooksKey } from './webhook-queries.ts'

const readable = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** One delivery: what was sent, and every attempt. */
export function DeliveryDialog(props: { webhook_id: string; delivery_id: string; onClose: () => void }) {
  const { webhook_id, delivery_id, onClose } = props
  const params = { id: webhook_id, delivery_id }
  const queries = useQueryClient()
  const notice = useNotice()
  const { data, error } = useQuery({
    queryKey: [...webhooksKey, 'delivery', delivery_id],
    queryFn: () => api.call(getWebhookDelivery, { params }),
  })
  const replay = useMutation({
    mutationFn: () => api.call(replayWebhookDelivery, { params }),
    onSuccess() {
      notice({ text: 'It is sent again' })
      onClose()
    },
    onError: failure => notice({ text: problemText(failure), kind: 'error' }),
    onSettled: () => void queries.invalidateQueries({ queryKey: webhooksKey }),
  })
  return (
    <Dialog open onClose={onClose} maxWidth="md" aria-labelledby="delivery-title">
      <DialogTitle id="delivery-title">{data?.event ?? 'Delivery'}</DialogTitle>
      <DialogContent>
        {error ? <Failed error={error} /> : null}
        {!data && !error ? <Loading /> : null}
        {data ? (
          <Stack sx={{ gap: 2 }}>
            {data.tries.length === 0 ? <Typography variant="body2">It was not tried yet.</Typography> : null}
            {data.tries.map(one => (
              <Facts
                key={one.at}
                facts={[
                  [
                    moment(one.at),
                    one.response_status
                      ? `answered ${one.response_status} in ${one.took_ms} ms`
                      : (one.error ?? 'no answer'),
                  ],
                  one.response ? ['It said', one.response] : undefined,
                ]}
              />
            ))}
            <Json value={readable(data.body)} label="What is sent" />
          </Stack>
        ) : null}
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={onClose}>
          Close
        </Button>
        <Button variant="contained" loading={replay.isPending} disabled={!data} onClick={() => replay.mutate()}>
          Send again
        </Button>
      </DialogActions>
    </Dialog>
  )
}
