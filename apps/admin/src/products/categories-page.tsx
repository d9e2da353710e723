import Add from '@mui/icons-material/Add'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import List from '@mui/material/List'
import ListItem from '@mui/material/ListItem'
import ListItemButton from '@mui/material/ListItemButton'
import ListItemText from '@mui/material/ListItemText'
import { createCategory, deleteCategory, updateCategory } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { count } from '../formats.ts'
import { FieldErrors, problemText } from '../problem.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Field, Form, Row, Select, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Empty, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { categoriesQuery, type FlatCategory, flatten, useProductsChanged } from './product-queries.ts'

/** The tree of categories beside the one that is being worked on. */
export function Component() {
  const { data, error, refetch } = useQuery(categoriesQuery)
  const [chosen, setChosen] = useState<string | undefined>()
  const categories = flatten(data ?? [])
  const current = categories.find(({ id }) => id === chosen)
  return (
    <Page
      title="Categories"
      lead="At most four levels. A product is in one of them, and is found in all above it."
      actions={
        <Button variant="contained" startIcon={<Add />} onClick={() => setChosen('new')}>
          New category
        </Button>
      }
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      <Columns
        main={
          <Section isFlush>
            {!data && !error ? <Loading /> : null}
            {data && categories.length === 0 ? (
              <Empty title="No categories yet" hint="Shoppers browse by them; a product can do without." />
            ) : null}
            <List dense aria-label="Categories" sx={{ py: 0.75 }}>
              {categories.map(category => (
                <ListItem key={category.id} disablePadding>
                  <ListItemButton
                    selected={category.id === chosen}
                    aria-current={category.id === chosen}
                    onClick={() => setChosen(category.id)}
                    sx={{ pl: 2 + category.depth * 3 }}
                  >
                    <ListItemText
                      primary={category.name}
                      slotProps={{ primary: { sx: { fontWeight: category.depth === 0 ? 600 : 450 } } }}
                    />
                    <Box component="span" sx={{ color: 'text.secondary', typography: 'caption' }}>
                      {count(category.product_count)} for sale
                    </Box>
                  </ListItemButton>
                </ListItem>
              ))}
            </List>
          </Section>
        }
        side={
          chosen ? (
            <CategoryForm key={chosen} category={current} all={categories} onDone={id => setChosen(id)} />
          ) : (
            <Section>
              <Empty title="Choose a category" hint="Its name, its place in the tree and its order are changed here." />
            </Section>
          )
        }
      />
    </Page>
  )
}

interface CategoryFormProps {
  /** None: a new one. */
  category: FlatCategory | undefined
  all: FlatCategory[]
  onDone: (id: string | undefined) => void
}

function CategoryForm({ category, all, onDone }: CategoryFormProps) {
  const notice = useNotice()
  const ask = useConfirm()
  const changed = useProductsChanged()
  const form = useForm({
    initial: {
      name: category?.name ?? '',
      slug: category?.slug ?? '',
      description: category?.description ?? '',
      parent_id: category?.parent_id ?? '',
      position: String(category?.position ?? 0),
    },
    draft: `category ${category?.id ?? 'new'}`,
    async send({ name, slug, description, parent_id, position }) {
      if (!/^\d+$/.test(position)) throw new FieldErrors({ position: 'A whole number, zero or more.' })
      const body = {
        name: name.trim(),
        description: description.trim() || null,
        parent_id: parent_id || null,
        position: Number(position),
        ...(slug.trim() ? { slug: slug.trim() } : {}),
      }
      return category
        ? api.call(updateCategory, { params: { id: category.id }, body })
        : api.call(createCategory, { body })
    },
    done(answer) {
      changed()
      notice({ text: `${answer.name} is saved` })
      onDone(answer.id)
    },
  })
  async function remove() {
    if (!category) return
    const said = await ask({
      title: `Delete ${category.name}?`,
      text: 'Only an empty category goes: none below it, no products in it.',
      act: 'Delete category',
      isDangerous: true,
    })
    if (said === undefined) return
    try {
      await api.call(deleteCategory, { params: { id: category.id } })
      changed()
      onDone(undefined)
      notice({ text: `${category.name} is deleted` })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  // Below itself or its own it cannot go.
  const above = all.filter(one => one.id !== category?.id && !(category && one.path.startsWith(`${category.path} ›`)))
  return (
    <Section title={category ? category.name : 'New category'}>
      <Form
        form={form}
        label={category ? `Edit ${category.name}` : 'New category'}
        act={category ? 'Save' : 'Create category'}
        onlyChanged={category !== undefined}
        more={
          category ? (
            <>
              <Button component={Link} to={`/products?category=${category.id}`}>
                Its products
              </Button>
              <Button color="error" onClick={() => void remove()} sx={{ ml: 'auto' }}>
                Delete
              </Button>
            </>
          ) : null
        }
      >
        <Field
          form={form}
          name="name"
          label="Name"
          required
          sx={{ mt: 1 }}
          slotProps={{ htmlInput: { maxLength: 100 } }}
        />
        <Select
          form={form}
          name="parent_id"
          label="Below"
          choices={[
            { value: '', label: 'Nothing: a category of its own' },
            ...above.map(({ id, path }) => ({ value: id, label: path })),
          ]}
        />
        <Row>
          <Field form={form} name="slug" label="Address" helperText="Left empty, made from the name." />
          <Field
            form={form}
            name="position"
            label="Place among its own"
            slotProps={{ htmlInput: { inputMode: 'numeric' } }}
          />
        </Row>
        <Field
          form={form}
          name="description"
          label="Description"
          multiline
          minRows={3}
          slotProps={{ htmlInput: { maxLength: 2000 } }}
        />
      </Form>
    </Section>
  )
}
