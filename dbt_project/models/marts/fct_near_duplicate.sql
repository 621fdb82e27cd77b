with near_duplicates as (
    select * from {{ ref('int_near_duplicates') }}
),

reports as (
    select * from {{ ref('int_reports') }}
)

select
    near_duplicates.report_key,
    near_duplicates.other_report_key,
    reports.body_key,
    near_duplicates.report_year,
    others.body_key as other_body_key,
    near_duplicates.other_report_year,
    near_duplicates.relation,
    near_duplicates.nearness_rank,
    near_duplicates.similarity,
    near_duplicates.is_word_for_word,
    near_duplicates.has_same_cells,
    near_duplicates.n_prose_figures,
    near_duplicates.n_group
from near_duplicates
inner join reports on near_duplicates.report_key = reports.report_key
inner join reports as others on near_duplicates.other_report_key = others.report_key
