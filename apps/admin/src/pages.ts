import BadgeOutlined from '@mui/icons-material/BadgeOutlined'
import CategoryOutlined from '@mui/icons-material/CategoryOutlined'
import DashboardOutlined from '@mui/icons-material/DashboardOutlined'
import DiscountOutlined from '@mui/icons-material/DiscountOutlined'
import HistoryOutlined from '@mui/icons-material/HistoryOutlined'
import InsightsOutlined from '@mui/icons-material/InsightsOutlined'
import MailOutlined from '@mui/icons-material/MailOutlined'
import MonitorHeartOutlined from '@mui/icons-material/MonitorHeartOutlined'
import PeopleOutlined from '@mui/icons-material/PeopleOutlined'
import RateReviewOutlined from '@mui/icons-material/RateReviewOutlined'
import ReceiptLongOutlined from '@mui/icons-material/ReceiptLongOutlined'
import ReportGmailerrorredOutlined from '@mui/icons-material/ReportGmailerrorredOutlined'
import RuleOutlined from '@mui/icons-material/RuleOutlined'
import SellOutlined from '@mui/icons-material/SellOutlined'
import SettingsOutlined from '@mui/icons-material/SettingsOutlined'
import ShieldOutlined from '@mui/icons-material/ShieldOutlined'
import WarehouseOutlined from '@mui/icons-material/WarehouseOutlined'
import WebhookOutlined from '@mui/icons-material/WebhookOutlined'
import type { Permission } from '@shopfleet/contracts'
import type { ComponentType } from 'react'

/** Every page of the panel, one line each: routes, navigation, search and what one may see all read this. */

export interface PageEntry {
  path: string
  load: () => Promise<{ Component: ComponentType }>
  /** Who may see it; without one, all staff. */
  permission?: Permission
  /** In the navigation. */
  menu?: { label: string; group: string; icon: ComponentType; key?: string; words?: string }
}

export const groups = ['', 'Sales', 'Catalogue', 'People', 'Operations'] as const

export const pages: PageEntry[] = [
  {
    path: '/',
    load: () => import('./dashboard/dashboard-page.tsx'),
    menu: { label: 'Dashboard', group: '', icon: DashboardOutlined, key: 'd', words: 'home overview today' },
  },

  {
    path: '/analytics',
    load: () => import('./analytics/analytics-page.tsx'),
    permission: 'analytics',
    menu: { label: 'Analytics', group: '', icon: InsightsOutlined, key: 'y', words: 'sales revenue charts reports' },
  },

  {
    path: '/orders',
    load: () => import('./orders/orders-page.tsx'),
    permission: 'orders',
    menu: { label: 'Orders', group: 'Sales', icon: ReceiptLongOutlined, key: 'o', words: 'sales refunds shipping' },
  },
  { path: '/orders/:id', load: () => import('./orders/order-page.tsx'), permission: 'orders' },
  {
    path: '/coupons',
    load: () => import('./coupons/coupons-page.tsx'),
    permission: 'catalogue',
    menu: { label: 'Coupons', group: 'Sales', icon: DiscountOutlined, words: 'codes discounts vouchers' },
  },
  {
    path: '/messages',
    load: () => import('./messages/messages-page.tsx'),
    permission: 'orders',
    menu: { label: 'Messages', group: 'Sales', icon: MailOutlined, key: 'm', words: 'mail e-mail sms push mailbox' },
  },
  { path: '/messages/templates', load: () => import('./messages/templates-page.tsx'), permission: 'orders' },
  { path: '/messages/:id', load: () => import('./messages/message-page.tsx'), permission: 'orders' },

  {
    path: '/products',
    load: () => import('./products/products-page.tsx'),
    permission: 'catalogue',
    menu: { label: 'Products', group: 'Catalogue', icon: SellOutlined, key: 'p', words: 'catalogue prices' },
  },
  { path: '/products/import', load: () => import('./imports/imports-page.tsx'), permission: 'catalogue' },
  { path: '/products/imports/:id', load: () => import('./imports/import-page.tsx'), permission: 'catalogue' },
  { path: '/products/new', load: () => import('./products/new-product-page.tsx'), permission: 'catalogue' },
  { path: '/products/:id', load: () => import('./products/product-page.tsx'), permission: 'catalogue' },
  {
    path: '/categories',
    load: () => import('./products/categories-page.tsx'),
    permission: 'catalogue',
    menu: { label: 'Categories', group: 'Catalogue', icon: CategoryOutlined, key: 'c', words: 'tree' },
  },
  {
    path: '/stock',
    load: () => import('./stock/stock-page.tsx'),
    permission: 'stock',
    menu: { label: 'Stock', group: 'Catalogue', icon: WarehouseOutlined, key: 's', words: 'inventory warehouse low' },
  },
  { path: '/stock/:id', load: () => import('./stock/product-stock-page.tsx'), permission: 'stock' },

  {
    path: '/reviews',
    load: () => import('./reviews/reviews-page.tsx'),
    permission: 'reviews',
    menu: { label: 'Reviews', group: 'Catalogue', icon: RateReviewOutlined, key: 'r', words: 'moderation stars' },
  },

  {
    path: '/customers',
    load: () => import('./customers/customers-page.tsx'),
    permission: 'users',
    menu: { label: 'Customers', group: 'People', icon: PeopleOutlined, key: 'u', words: 'users accounts' },
  },
  { path: '/customers/:id', load: () => import('./customers/customer-page.tsx'), permission: 'users' },
  {
    path: '/staff',
    load: () => import('./staff/staff-page.tsx'),
    permission: 'users',
    menu: { label: 'Staff', group: 'People', icon: BadgeOutlined, words: 'team employees' },
  },
  {
    path: '/roles',
    load: () => import('./staff/roles-page.tsx'),
    permission: 'users',
    menu: { label: 'Roles', group: 'People', icon: ShieldOutlined, words: 'permissions rights' },
  },

  {
    path: '/system',
    load: () => import('./operations/system-page.tsx'),
    permission: 'admin',
    menu: {
      label: 'System health',
      group: 'Operations',
      icon: MonitorHeartOutlined,
      key: 'h',
      words: 'services versions',
    },
  },
  {
    path: '/dead-letters',
    load: () => import('./operations/dead-letters-page.tsx'),
    permission: 'admin',
    menu: {
      label: 'Dead letters',
      group: 'Operations',
      icon: ReportGmailerrorredOutlined,
      words: 'events replay failed',
    },
  },
  {
    path: '/dead-letters/:service/:id',
    load: () => import('./operations/dead-letter-page.tsx'),
    permission: 'admin',
  },
  {
    path: '/findings',
    load: () => import('./operations/findings-page.tsx'),
    permission: 'admin',
    menu: { label: 'Reconciliation', group: 'Operations', icon: RuleOutlined, words: 'findings differences repair' },
  },
  { path: '/findings/:id', load: () => import('./operations/finding-page.tsx'), permission: 'admin' },
  {
    path: '/audit-log',
    load: () => import('./operations/audit-log-page.tsx'),
    permission: 'admin',
    menu: { label: 'Audit log', group: 'Operations', icon: HistoryOutlined, key: 'a', words: 'who did what history' },
  },

  {
    path: '/webhooks',
    load: () => import('./webhooks/webhooks-page.tsx'),
    permission: 'admin',
    menu: { label: 'Webhooks', group: 'Operations', icon: WebhookOutlined, words: 'integrations outbound' },
  },
  { path: '/webhooks/:id', load: () => import('./webhooks/webhook-page.tsx'), permission: 'admin' },
  {
    path: '/settings',
    load: () => import('./settings/settings-page.tsx'),
    permission: 'admin',
    menu: { label: 'Settings', group: 'Operations', icon: SettingsOutlined, words: 'shop name language threshold' },
  },

  { path: '/account', load: () => import('./account/account-page.tsx') },
]
