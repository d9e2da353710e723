# What one part of the shop may do in Vault: read its own secret, and nothing else. set-up.ts makes one of it for each.
# Renewing a token and looking at it are in Vault's policy "default", which every token has.
path "{mount}/data/{prefix}/{part}" {
  capabilities = ["read"]
}
