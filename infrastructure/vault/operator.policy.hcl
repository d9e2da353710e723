# Whoever writes the secrets (write-secrets.ts): they read and change all of the shop's, and have no say in who else may.
path "{mount}/data/{prefix}/*" {
  capabilities = ["create", "read", "update"]
}
path "{mount}/metadata/{prefix}/*" {
  capabilities = ["read", "list"]
}
# An old version can be taken back, never destroyed.
path "{mount}/undelete/{prefix}/*" {
  capabilities = ["update"]
}
