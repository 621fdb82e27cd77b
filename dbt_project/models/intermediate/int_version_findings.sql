-- What versions and near-duplicates have to say, in the shape of the other computed findings: `expected` is the other
-- report, `actual` the figure of the message. Each rests on the whole text.
with reports as (
    select * from {{ ref('int_reports') }}
),

documents as (
    select * from {{ ref('int_documents') }}
),

versions as (
    select * from {{ ref('int_report_versions') }}
),

differences as (
    select * from {{ ref('int_version_differences') }}
),

near_duplicates as (
    select * from {{ ref('int_near_duplicates') }}
    where nearness_rank = 1
),

same_texts as (
    select
        report_key,
        'same_text' as rule_key,
        same_text_report_key as other_report_key,
        cast(null as varchar) as actual
    from versions
    where same_text_report_key is not null
),

differing as (
    select
        report_key,
        'versions_differ' as rule_key,
        current_report_key as other_report_key,
        cast(n_differences as varchar) as actual
    from differences
),

-- Who copied, is the later one; where dates do not tell, both are named.
copies as (
    select
        *,
        is_word_for_word and n_prose_figures >= {{ var('min_copied_figures') }} as is_copy,
        similarity >= {{ var('copy_similarity') }} as is_like,
        coalesce(published_on >= other_published_on, true) as is_later
    from near_duplicates
),

judged as (
    select
        *,
        case
            when relation in ('same_body_other_year', 'same_name_other_year') and report_year > other_report_year
                then case when is_copy then 'copied_from_last_year' when is_like then 'prose_like_last_year' end
            when relation = 'same_name_same_year' and is_like then 'perhaps_same_report'
            when
                relation = 'other_body_same_year'
                or (relation = 'other_body_other_year' and report_year > other_report_year)
                then
                    case
                        when not is_later then null
                        when is_copy then 'copied_from_neighbour'
                        when is_like and n_group <= {{ var('max_copied_group') }} then 'prose_like_neighbour'
                    end
        end as rule_key
    from copies
),

copied as (
    select
        report_key,
        rule_key,
        other_report_key,
        cast(cast(round(100 * similarity) as integer) as varchar) as actual
    from judged
    where rule_key is not null
    qualify
        row_number() over (partition by report_key, rule_key order by similarity desc, other_report_key asc) = 1
        -- What a body took over from its own last year is not the neighbour's.
        and not (
            rule_key like '%_neighbour'
            and relation = 'other_body_other_year'
            and bool_or(rule_key like '%_last_year') over (partition by report_key)
        )
),

united as (
    select * from same_texts
    union all by name
    select * from differing
    union all by name
    select * from copied
)

select
    united.report_key,
    united.rule_key,
    other.source_path || coalesce('#' || other.record, '') as expected,
    united.actual,
    1 as line_start,
    greatest(coalesce(documents.n_lines, 1), 1) as line_end
from united
inner join reports on united.report_key = reports.report_key
inner join reports as other on united.other_report_key = other.report_key
left join documents
    on
        reports.document_id = documents.document_id
        and reports.delivery = documents.delivery
        and reports.source_path = documents.source_path
        and reports.record is not distinct from documents.record
