with documents as (
    select * from {{ ref('int_documents') }}
)

select
    document_key,
    document_id,
    delivery,
    source_path,
    record,
    size_bytes,
    format,
    encoding,
    read_status,
    n_lines,
    is_report,
    is_duplicate,
    source_url,
    source_title,
    parser_version
from documents
