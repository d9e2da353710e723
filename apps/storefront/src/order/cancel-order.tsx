import { cancelOrder, type Order, Problem } from '@shopfleet/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { orderTexts } from '../texts/order.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useToast } from '../ui/toast.tsx'
import { orderKey } from './order-queries.ts'
import { orderHeaders } from './order-token.ts'

/** While it has not left the warehouse. Pure. */
export const mayCancel = ({ status }: Pick<Order, 'status'>): boolean => status === 'pending' || status === 'processing'

/** A button that cancels an order, after a second look. */
export function CancelOrder({ order }: { order: Order }) {
  const t = useTexts(orderTexts)
  const { api, language } = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const [isAsking, ask] = useState(false)
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.call(cancelOrder, { params: { id: order.id }, body: {} }, orderHeaders(order.id)),
    onSuccess(cancelled) {
      queries.setQueryData(orderKey(order.id), cancelled)
      toast(cancelled.status === 'cancelled' ? t.cancelled : t.cancelling)
    },
    onError(error) {
      const isLate = error instanceof Problem && error.problem === 'transition-not-allowed'
      toast(isLate ? t.tooLate : tellProblem(error, language).message, { kind: 'bad' })
    },
    onSettled() {
      ask(false)
      void queries.invalidateQueries({ queryKey: orderKey(order.id) })
    },
  })
  return (
    <>
      <Button type="button" kind="outlined" wide onClick={() => ask(true)}>
        {t.cancel}
      </Button>
      <ConfirmDialog
        open={isAsking}
        title={t.cancelTitle}
        keepLabel={t.cancelKeep}
        goLabel={t.cancelGo}
        isBusy={isPending}
        onClose={() => ask(false)}
        onGo={() => mutate()}
      >
        {t.cancelText}
      </ConfirmDialog>
    </>
  )
}
