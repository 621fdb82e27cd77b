select
    md5(concat_ws('|', delivery, source_path, record)) as document_key,
    *
from {{ ref('stg_documents') }}
