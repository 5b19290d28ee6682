//! Where uploaded files are kept.

use crate::variable::{Variable, flag, json, text};

pub(super) const VARIABLES: &[Variable] = &[
    text("STORAGE_PROVIDER", "local")
        .doc("Where uploaded files are kept: `local`, the folder `uploads` in the data folder; `s3`; `gcs`; `azure`"),
    text("EFS_MOUNT_PATH", "").doc(
        "Folder of a volume that machines share, such as one of Amazon's EFS or of NFS; with `local`, uploaded files are kept \
         in its folder `uploads` in place of that in the data folder. It must be mounted when the server starts",
    ),
    text("S3_BUCKET_NAME", "").or("S3_BUCKET").doc("The bucket; it must be there already"),
    text("S3_BUCKET", "").doc("The same, by its shorter name"),
    text("S3_REGION_NAME", "").doc("Its region; default: `AWS_REGION`, else us-east-1"),
    text("S3_ACCESS_KEY_ID", "").doc(
        "A key; default: as the tools of Amazon find one (`AWS_ACCESS_KEY_ID`, a role of the container or the machine)",
    ),
    text("S3_SECRET_ACCESS_KEY", "").doc("Its secret"),
    text("S3_ENDPOINT_URL", "").doc("Address of a server that speaks like S3; default: Amazon's own"),
    text("S3_KEY_PREFIX", "").doc("What the name of every object begins with, before a slash"),
    text("S3_ADDRESSING_STYLE", "")
        .doc("`path` or `virtual` (the host names the bucket); default: virtual at Amazon, else path"),
    flag("S3_ENABLE_TAGGING", false)
        .doc("Tag every uploaded object with its file and with who uploaded it (id, email address, name)"),
    text("AWS_SERVER_SIDE_ENCRYPTION", "")
        .doc("How S3 is told to encrypt every object: `AES256` or `aws:kms`; default: as the bucket says"),
    text("AWS_SSE_KMS_KEY_ID", "").doc("The key of KMS for `aws:kms`; default: Amazon's own for S3"),
    flag("AWS_SSE_BUCKET_KEY_ENABLED", false).doc("Let the bucket have a key of its own from KMS, which is asked less often then"),
    flag("S3_USE_ACCELERATE_ENDPOINT", false).doc("Go over the points of Amazon that are nearer"),
    text("GCS_BUCKET_NAME", "").doc("The bucket of Google Cloud Storage; it must be there already"),
    json("GOOGLE_APPLICATION_CREDENTIALS_JSON", "").doc("The account of a service, as Google's file of it says; default: `GOOGLE_APPLICATION_CREDENTIALS`, else the identity of the machine"),
    text("GOOGLE_APPLICATION_CREDENTIALS", "").doc("Path of that file"),
    text("STORAGE_EMULATOR_HOST", "").doc("Address of a server that emulates Google Cloud Storage"),
    text("AZURE_STORAGE_ENDPOINT", "").doc("`https://ACCOUNT.blob.core.windows.net`"),
    text("AZURE_STORAGE_CONTAINER_NAME", "").doc("The container; it must be there already"),
    text("AZURE_STORAGE_KEY", "").doc("The account's key; default: the identity of the machine"),
];
