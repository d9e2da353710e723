import Add from '@mui/icons-material/Add'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import Checkbox from '@mui/material/Checkbox'
import Table from '@mui/material/Table'
import TableBody from '@mui/material/TableBody'
import TableCell from '@mui/material/TableCell'
import TableHead from '@mui/material/TableHead'
import TableRow from '@mui/material/TableRow'
import Typography from '@mui/material/Typography'
import { createRole, deleteRole, type Permission, permissions, type Role, updateRole } from '@shopfleet/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { count, words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { may, useMay, useMe } from '../session/session.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Field, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Failed, Loading, Page, Section } from '../ui/page.tsx'
import { rolesQuery } from './role-card.tsx'

/** Roles and permissions, crosswise. */
export function Component() {
  const me = useMe()
  const mayAdmin = useMay('admin')
  const { data: roles, error, refetch } = useQuery(rolesQuery)
  const [isAdding, setAdding] = useState(false)
  const change = useChangeRole()
  const remove = useRemoveRole()
  return (
    <Page
      title="Roles"
      lead="A role is a set of permissions. A change counts for everybody who has it within five seconds."
      back={{ to: '/staff', label: 'To the staff' }}
      actions={
        mayAdmin ? (
          <Button variant="contained" startIcon={<Add />} onClick={() => setAdding(true)}>
            New role
          </Button>
        ) : null
      }
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      <Section isFlush>
        {!roles && !error ? <Loading /> : null}
        <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Roles and their permissions">
          {roles ? (
            <Table size="small" sx={{ minWidth: 860 }}>
              <TableHead>
                <TableRow>
                  <TableCell>Role</TableCell>
                  {permissions.map(permission => (
                    <TableCell key={permission} align="center">
                      {words(permission)}
                    </TableCell>
                  ))}
                  <TableCell align="right">People</TableCell>
                  <TableCell sx={{ position: 'relative' }}>
                    <Box
                      component="span"
                      sx={{
                        position: 'absolute',
                        width: '1px',
                        height: '1px',
                        overflow: 'hidden',
                        clipPath: 'inset(50%)',
                      }}
                    >
                      Actions
                    </Box>
                  </TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {roles.map(role => {
                  // Nobody changes a role that may do more than they.
                  const isOurs = mayAdmin && !role.is_fixed && role.permissions.every(one => may(me, one))
                  return (
                    <TableRow key={role.name} hover>
                      <TableCell component="th" scope="row" sx={{ fontWeight: 560 }}>
                        {words(role.name)}
                        {role.is_fixed ? (
                          <Typography variant="caption" color="textSecondary" component="div">
                            stays as it is
                          </Typography>
                        ) : null}
                      </TableCell>
                      {permissions.map(permission => (
                        <TableCell key={permission} align="center" padding="checkbox">
                          <Checkbox
                            size="small"
                            checked={role.permissions.includes(permission)}
                            disabled={!isOurs || !may(me, permission) || change.isPending}
                            onChange={(_, isOn) => change.mutate({ role, permission, isOn })}
                            slotProps={{ input: { 'aria-label': `${words(role.name)}: ${words(permission)}` } }}
                          />
                        </TableCell>
                      ))}
                      <TableCell align="right">{count(role.users)}</TableCell>
                      <TableCell align="right">
                        {isOurs ? (
                          <Button
                            color="error"
                            disabled={role.users > 0}
                            onClick={() => void remove(role)}
                            aria-label={`Delete ${words(role.name)}`}
                          >
                            Delete
                          </Button>
                        ) : null}
                      </TableCell>
                    </TableRow>
                  )
                })}
              </TableBody>
            </Table>
          ) : null}
        </Box>
      </Section>
      {isAdding ? <NewRoleDialog onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}

interface RoleChange {
  role: Role
  permission: Permission
  isOn: boolean
}

/** Shown at once, and taken back when it is refused. */
function useChangeRole() {
  const queries = useQueryClient()
  const notice = useNotice()
  const mutation = useMutation({
    mutationFn: ({ role, permission, isOn }: RoleChange) => {
      const others = role.permissions.filter(one => one !== permission)
      return api.call(updateRole, {
        params: { name: role.name },
        body: { permissions: isOn ? [...others, permission] : others },
      })
    },
    onMutate({ role, permission, isOn }) {
      const before = queries.getQueryData<Role[]>(rolesQuery.queryKey)
      queries.setQueryData<Role[]>(rolesQuery.queryKey, roles =>
        roles?.map(one => {
          const others = one.permissions.filter(name => name !== permission)
          return one.name === role.name ? { ...one, permissions: isOn ? [...others, permission] : others } : one
        }),
      )
      return { before }
    },
    onSuccess(answer, { role, permission, isOn }) {
      notice({
        text: `${words(role.name)} ${isOn ? 'may' : 'may not'} do ${words(permission).toLowerCase()} now`,
        undo: { act: () => mutation.mutate({ role: answer, permission, isOn: !isOn }) },
      })
    },
    onError(error, _change, context) {
      queries.setQueryData(rolesQuery.queryKey, context?.before)
      notice({ text: `Nothing was changed. ${problemText(error)}`, kind: 'error' })
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: rolesQuery.queryKey }),
  })
  return mutation
}

function useRemoveRole() {
  const queries = useQueryClient()
  const ask = useConfirm()
  const notice = useNotice()
  return async (role: Role) => {
    const said = await ask({
      title: `Delete the role ${words(role.name)}?`,
      text: 'Nobody has it.',
      act: 'Delete role',
      isDangerous: true,
    })
    if (said === undefined) return
    try {
      await api.call(deleteRole, { params: { name: role.name } })
      notice({
        text: `${words(role.name)} is deleted`,
        undo: {
          async act() {
            const { status } = await api.send(createRole, { body: { name: role.name, permissions: role.permissions } })
            if (status !== 201) notice({ text: 'It could not be made again.', kind: 'error' })
            void queries.invalidateQueries({ queryKey: rolesQuery.queryKey })
          },
        },
      })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
    void queries.invalidateQueries({ queryKey: rolesQuery.queryKey })
  }
}

function NewRoleDialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const notice = useNotice()
  const form = useForm({
    initial: { name: '' },
    send: ({ name }) =>
      api.call(createRole, { body: { name: name.trim().toLowerCase().replaceAll(/\s+/g, '-'), permissions: [] } }),
    done(role) {
      void queries.invalidateQueries({ queryKey: rolesQuery.queryKey })
      notice({ text: `${words(role.name)} is made: choose what it may do` })
      onClose()
    },
  })
  return (
    <FormDialog title="New role" act="Make role" form={form} onClose={onClose}>
      <Field
        form={form}
        name="name"
        label="Name"
        required
        autoFocus
        helperText="Small letters and hyphens: night-shift"
        slotProps={{ htmlInput: { maxLength: 50 } }}
      />
    </FormDialog>
  )
}
