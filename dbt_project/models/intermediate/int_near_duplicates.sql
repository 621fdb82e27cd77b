-- What two reports with nearly the same prose are to each other, and the nearest three of each such relation. Pairs are
-- ranked by numbers; keys are joined to the few that are kept.
with signed as (
    select * from {{ ref('int_signed_reports') }}
),

alike as (
    select * from {{ ref('int_alike_reports') }}
),

related as (
    select
        alike.*,
        case
            when own.body_key = other.body_key then 'same_body_other_year'
            -- A bare name that nothing places may be the same town.
            when
                own.unit_name = other.unit_name
                and (starts_with(own.body_key, 'report:') or starts_with(other.body_key, 'report:'))
                then if(own.report_year = other.report_year, 'same_name_same_year', 'same_name_other_year')
            when own.report_year = other.report_year then 'other_body_same_year'
            else 'other_body_other_year'
        end as relation,
        own.prose_digest = other.prose_digest as is_word_for_word,
        own.report_year,
        other.report_year as other_report_year,
        other.published_on as other_published_on,
        other.report_key as other_report_key
    from alike
    inner join signed as own on alike.report_no = own.report_no
    inner join signed as other on alike.other_no = other.report_no
),

nearest as (
    select
        * exclude (other_report_key),
        row_number() over (
            partition by report_no, relation
            order by
                similarity desc, is_word_for_word desc, abs(report_year - other_report_year) asc,
                other_report_year asc, other_published_on asc nulls last, other_report_key asc
        ) as nearness_rank
    from related
    qualify nearness_rank <= 3
)

select
    own.report_key,
    other.report_key as other_report_key,
    nearest.relation,
    nearest.similarity,
    nearest.is_word_for_word,
    own.cells_digest = other.cells_digest as has_same_cells,
    own.n_prose_figures,
    cast(nearest.n_group as bigint) as n_group,
    own.report_year,
    other.report_year as other_report_year,
    own.published_on,
    other.published_on as other_published_on,
    nearest.nearness_rank
from nearest
inner join signed as own on nearest.report_no = own.report_no
inner join signed as other on nearest.other_no = other.report_no
