-- The addresses that a report was taken from, in one form. A site's first page is no address of a report.
with documents as (
    select * from {{ ref('stg_documents') }}
),

normal as (
    select distinct
        document_id as report_key,
        {{ normal_url('source_url') }} as address
    from documents
    where source_url is not null and is_report
)

select
    report_key,
    address,
    split_part(address, '/', 1) as host,
    coalesce(regexp_matches(split_part(address, '/', 1), '(^|\.)gov\.cn$'), false) as is_official
from normal
where regexp_matches(address, '^[^/?]+[/?].')
