-- DuckDB writes down what is asked for twice, and this would be all texts.
with documents as not materialized (
    select * from {{ ref('int_documents') }}
    where text is not null
),

-- Found by keys alone: texts are read once and never sorted. What has a text has lines, which are read without it.
firsts as (
    select
        document_id,
        delivery,
        source_path,
        record
    from {{ ref('int_documents') }}
    where n_lines is not null
    qualify row_number() over (partition by document_id order by delivery, source_path, record) = 1
)

select
    documents.document_id,
    documents.text
from documents
-- A semi join holds its right side, which has no texts; an inner join of as many rows on both sides may hold the texts.
where
    exists (
        select 1 from firsts
        where
            documents.document_id = firsts.document_id
            and documents.delivery = firsts.delivery
            and documents.source_path = firsts.source_path
            and documents.record is not distinct from firsts.record
    )
