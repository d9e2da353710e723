# Uploaded pictures. The bucket is private: the services read it and answer themselves. Each file is named by its content and
# never changes, so a version is only ever what was deleted.

terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.25", configuration_aliases = [aws.elsewhere] }
  }
}

resource "aws_s3_bucket" "this" {
  bucket        = var.bucket
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket" "copy" {
  provider      = aws.elsewhere
  count         = var.copy ? 1 : 0
  bucket        = "${var.bucket}-copy"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_public_access_block" "copy" {
  provider                = aws.elsewhere
  count                   = var.copy ? 1 : 0
  bucket                  = aws_s3_bucket.copy[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_versioning" "copy" {
  provider = aws.elsewhere
  count    = var.copy ? 1 : 0
  bucket   = aws_s3_bucket.copy[0].id
  versioning_configuration {
    status = "Enabled"
  }
}

# Amazon's own key: pictures of products are shown to everybody, and a key of ours would be asked for each of them.
resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id
  rule {
    id     = "forget-what-was-deleted"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = var.keep_deleted_days
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
    expiration {
      expired_object_delete_marker = true
    }
  }
  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OnlyByTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_iam_role" "copy" {
  count = var.copy ? 1 : 0
  name  = "${var.name}-files-copy"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "s3.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "copy" {
  count = var.copy ? 1 : 0
  name  = "copy"
  role  = aws_iam_role.copy[0].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource = aws_s3_bucket.this.arn },
      { Effect = "Allow", Action = ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"], Resource = "${aws_s3_bucket.this.arn}/*" },
      { Effect = "Allow", Action = ["s3:ReplicateObject", "s3:ReplicateTags"], Resource = "${aws_s3_bucket.copy[0].arn}/*" },
    ]
  })
}

# Deletions are not copied: who empties one bucket has not emptied the other.
resource "aws_s3_bucket_replication_configuration" "this" {
  count  = var.copy ? 1 : 0
  bucket = aws_s3_bucket.this.id
  role   = aws_iam_role.copy[0].arn
  rule {
    id     = "all"
    status = "Enabled"
    filter {}
    delete_marker_replication {
      status = "Disabled"
    }
    destination {
      bucket        = aws_s3_bucket.copy[0].arn
      storage_class = "STANDARD_IA"
    }
  }
  depends_on = [aws_s3_bucket_versioning.this, aws_s3_bucket_versioning.copy]
}

# The services sign with a key pair (FILES_BUCKET_ACCESS_KEY): a user each. The pair is made after the first apply (README), not
# here, where it would be in the state.
resource "aws_iam_user" "service" {
  for_each = var.services
  name     = "${var.name}-files-${each.key}"
}

resource "aws_iam_user_policy" "service" {
  for_each = var.services
  name     = "files"
  user     = aws_iam_user.service[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource = "${aws_s3_bucket.this.arn}/*" },
      # Without it a file that is not there is a 403, and not the 404 the services take for an answer. A condition on the name
      # would undo that: the question for a file brings no prefix.
      { Effect = "Allow", Action = "s3:ListBucket", Resource = aws_s3_bucket.this.arn },
    ]
  })
}
