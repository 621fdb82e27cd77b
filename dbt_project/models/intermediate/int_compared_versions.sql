-- Versions that are compared with the current one: of a body and year with very many the best ones by rank.
with versions as (
    select * from {{ ref('int_report_versions') }}
    where not is_current and version_rank <= 1 + {{ var('max_compared_versions') }}
),

numbers as (
    select * from {{ ref('int_report_numbers') }}
)

select
    versions.report_key,
    versions.current_report_key,
    own.report_no,
    present.report_no as current_no
from versions
inner join numbers as own on versions.report_key = own.report_key
inner join numbers as present on versions.current_report_key = present.report_key
order by own.report_no
