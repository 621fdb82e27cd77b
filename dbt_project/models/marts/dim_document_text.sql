with documents as (
    select * from {{ ref('int_documents') }}
)

select
    document_id,
    text
from documents
where text is not null
qualify row_number() over (partition by document_id order by delivery, source_path) = 1
