-- Current reports whose prose is nearly the same, the nearest three of each relation.
with signed as (
    select * from {{ ref('int_signed_reports') }}
),

alike as (
    select * from {{ ref('int_alike_reports') }}
)

select
    own.report_key,
    other.report_key as other_report_key,
    alike.relation,
    alike.similarity,
    own.prose_digest = other.prose_digest as is_word_for_word,
    own.cells_digest = other.cells_digest as has_same_cells,
    own.n_prose_figures,
    cast(alike.n_group as bigint) as n_group,
    own.report_year,
    other.report_year as other_report_year,
    own.published_on,
    other.published_on as other_published_on,
    cast(alike.nearness_rank as bigint) as nearness_rank
from alike
inner join signed as own on alike.report_no = own.report_no
inner join signed as other on alike.other_no = other.report_no
