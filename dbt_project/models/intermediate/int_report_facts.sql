-- What rules ask of a report beside its cells: figures of the prose, and facts of the whole report that reading and the
-- comparison of versions found. A fact that cannot be known of a report is null, and `value_state` says why.
with reports as (
    select * from {{ ref('int_reports') }}
),

prose as (
    select * from {{ ref('int_prose_figures') }}
),

signatures as (
    select * from {{ ref('int_signatures') }}
),

last_years as (
    select * from {{ ref('int_last_years') }}
),

-- 12.35万元 may stand for anything within 50 yuan, 72235元 for anything within half of one.
printed_amounts as (
    select
        prose_counts.report_key,
        prose_counts.quantity,
        prose_counts.value,
        unnest(regexp_extract_all(
            replace(translate(prose_counts.quote, '０１２３４５６７８９．，', '0123456789.,'), ',', ''),
            '[0-9]+(?:[.][0-9]+)?(?:亿|万)?元'
        )) as printed
    from {{ ref('int_prose_counts') }} as prose_counts
    inner join {{ ref('operand_quantities') }} as quantities
        on 'prose.' || prose_counts.quantity = quantities.quantity
    where quantities.unit = 'yuan'
),

measured_amounts as (
    select
        report_key,
        quantity,
        value,
        regexp_extract(printed, '^[0-9.]+') as figure,
        case
            when contains(printed, '亿') then 100000000
            when contains(printed, '万') then 10000
            else 1
        end as factor
    from printed_amounts
),

roundings as (
    select
        report_key,
        quantity,
        max(0.5 * factor / pow(10, length(split_part(figure, '.', 2)))) as rounding
    from measured_amounts
    where abs(cast(figure as double) * factor - value) < 0.005
    group by report_key, quantity
),

from_prose as (
    select
        prose.report_key,
        'prose.' || prose.quantity as quantity,
        case when not prose.is_approximate then prose.value end as value,
        case
            when prose.value is null then 'contradicts itself'
            when prose.is_approximate then 'approximate'
            else prose.value_state
        end as value_state,
        coalesce(roundings.rounding, 0) as rounding,
        prose.line_start,
        prose.line_end
    from prose
    left join roundings on prose.report_key = roundings.report_key and prose.quantity = roundings.quantity
    where not starts_with(prose.quantity, 'category:')
),

found as (
    select
        reports.report_key,
        findings.rule_key,
        findings.line_start,
        findings.line_end
    from {{ ref('stg_findings') }} as findings
    inner join reports
        on
            findings.document_id = reports.document_id
            and findings.delivery = reports.delivery
            and findings.source_path = reports.source_path
    where findings.rule_key in ('year_conflict', 'body_conflict', 'place_conflict')
    union all by name
    select
        report_key,
        rule_key,
        line_start,
        line_end
    from {{ ref('int_version_findings') }}
    where rule_key like 'copied_from_%' or rule_key like 'prose_like_%'
),

counted as (
    select
        report_key,
        rule_key,
        count(*) as n_found,
        min(line_start) as line_start,
        max(line_end) as line_end
    from found
    group by report_key, rule_key
),

-- What can be compared with which: copies are looked for among current reports with enough prose.
comparable as (
    select
        reports.report_key,
        reports.body_key,
        reports.report_year,
        signatures.n_prose_figures,
        reports.is_current and reports.report_year is not null as is_dated_current,
        coalesce(signatures.n_characters >= {{ var('min_prose_characters') }}, false) as has_prose
    from reports
    left join signatures on reports.report_key = signatures.report_key
),

year_bodies as (
    select
        report_year,
        count(distinct body_key) as n_bodies
    from comparable
    where is_dated_current and has_prose
    group by report_year
),

compared as (
    select
        comparable.*,
        coalesce(last_year.has_prose, false) as has_last_year,
        coalesce(year_bodies.n_bodies, 0) > 1 as has_neighbours
    from comparable
    left join last_years on comparable.report_key = last_years.report_key
    left join comparable as last_year on last_years.last_report_key = last_year.report_key
    left join year_bodies on comparable.report_year = year_bodies.report_year
),

unknown as (
    select
        reports.report_key,
        unnest([
            {
                rule_key: 'year_conflict',
                why_unknown: case when reports.report_year is null then 'year not given' end
            },
            {
                rule_key: 'body_conflict',
                why_unknown: case when reports.body_name is null then 'body not named' end
            },
            {
                rule_key: 'place_conflict',
                why_unknown: case when reports.division_code is null then 'body not placed' end
            },
            {% for rule, other, without in [
                ('copied_from_last_year', 'has_last_year', 'no report of the year before with enough prose'),
                ('prose_like_last_year', 'has_last_year', 'no report of the year before with enough prose'),
                ('copied_from_neighbour', 'has_neighbours', 'no report of another body on that year with enough prose'),
                ('prose_like_neighbour', 'has_neighbours', 'no report of another body on that year with enough prose'),
            ] -%}
            {
                rule_key: '{{ rule }}',
                why_unknown: case
                    when not compared.is_dated_current then 'not a current report of a known year'
                    when not compared.has_prose then 'prose too short'
                    {% if rule.startswith('copied') -%}
                    when compared.n_prose_figures < {{ var('min_copied_figures') }} then 'too few figures in the prose'
                    {% endif -%}
                    when not compared.{{ other }} then '{{ without }}'
                end
            }{{ ',' if not loop.last }}
            {% endfor %}
        ], recursive := true)
    from reports
    inner join compared on reports.report_key = compared.report_key
),

from_findings as (
    select
        unknown.report_key,
        'report.' || unknown.rule_key as quantity,
        case when unknown.why_unknown is null or counted.n_found > 0 then coalesce(counted.n_found, 0) end as value,
        unknown.why_unknown as value_state,
        counted.line_start,
        counted.line_end
    from unknown
    left join counted on unknown.report_key = counted.report_key and unknown.rule_key = counted.rule_key
),

headings as (
    select
        report_key,
        unnest(sections, recursive := true)  -- noqa: AL03
    from reports
),

-- Texts are read where they are asked for, not written down.
documents as not materialized (
    select * from {{ ref('int_documents') }}
    where is_report
),

numbered_headings as (
    select
        report_key,
        line,
        section_key,
        regexp_matches(title, '^\s*[（(]') as is_bracketed,
        coalesce(
            try_cast(translate(number, '０１２３４５６７８９', '0123456789') as integer),
            list_position(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'], number),
            list_position(['㈠', '㈡', '㈢', '㈣', '㈤', '㈥', '㈦', '㈧', '㈨', '㈩'], number)
        ) as number
    from headings
    where number is not null
),

-- （一）主动公开政府信息情况 below 一、 is no part of its own; a table of contents comes before the parts themselves.
ordered_headings as (
    select * from numbered_headings
    qualify
        (not is_bracketed or bool_and(is_bracketed) over (partition by report_key))
        and row_number() over (partition by report_key, section_key, is_bracketed order by line desc) = 1
),

followed_headings as (
    select
        *,
        coalesce(lag(number) over (partition by report_key order by line), 0) as number_before,
        coalesce(lag(line) over (partition by report_key order by line), 0) as line_before
    from ordered_headings
),

-- A part under a title of its own was not recognised: its number begins a line between the two all the same.
skipped_numbers as (
    select
        report_key,
        line,
        line_before,
        unnest(range(number_before + 1, number)) as number
    from followed_headings
    where number > number_before + 1
),

not_there as (
    select distinct
        skipped_numbers.report_key,
        skipped_numbers.line
    from skipped_numbers
    inner join reports on skipped_numbers.report_key = reports.report_key
    inner join documents
        on
            reports.document_id = documents.document_id
            and reports.delivery = documents.delivery
            and reports.source_path = documents.source_path
            and reports.record is not distinct from documents.record
    where
        not regexp_matches(
            array_to_string(
                string_split(documents.text, chr(10))[skipped_numbers.line_before + 1:skipped_numbers.line - 1], chr(10)
            ),
            '(?m)^[ 　]*[（(]?(?:' || skipped_numbers.number || '|'
            || ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'][skipped_numbers.number]
            || ')\s*[）)、.．,，:：]'
        )
),

judged_headings as (
    select
        headings.*,
        headings.number <= headings.number_before or not_there.line is not null as is_out_of_order
    from followed_headings as headings
    left join not_there on headings.report_key = not_there.report_key and headings.line = not_there.line
),

counted_headings as (
    select
        reports.report_key,
        'report.headings_out_of_order' as quantity,
        case when count(headings.line) > 0 then count(*) filter (headings.is_out_of_order) end as value,
        case when count(headings.line) = 0 then 'no numbered heading' end as value_state,
        coalesce(min(headings.line) filter (headings.is_out_of_order), min(headings.line)) as line_start,
        list(cast(headings.line as bigint) * 10000000000 + headings.number)
        filter (where headings.number is not null) as places
    from reports
    left join judged_headings as headings on reports.report_key = headings.report_key
    group by reports.report_key
),

-- Lists are sorted once they are there: an aggregate with an order of its own holds some 40 kB for each report.
from_headings as (
    select
        * exclude (places),
        array_to_string(list_transform(list_sort(places), lambda place: place % 10000000000), ' ') as words
    from counted_headings
),

last_sections as (
    select
        report_key,
        max(line) as line
    from headings
    where section_key = 'other_matters'
    group by report_key
),

from_last_sections as (
    select
        last_sections.report_key,
        'report.information_fee_statements' as quantity,
        cast(
            prose.report_key is not null
            or regexp_matches(
                array_to_string(string_split(documents.text, chr(10))[last_sections.line:], ''),
                '信息处理费|收费|收取[^。]{0,20}费|费用'
            )
            as integer
        ) as value,
        last_sections.line as line_start
    from last_sections
    inner join reports on last_sections.report_key = reports.report_key
    inner join documents
        on
            reports.document_id = documents.document_id
            and reports.delivery = documents.delivery
            and reports.source_path = documents.source_path
            and reports.record is not distinct from documents.record
    left join prose
        on last_sections.report_key = prose.report_key and prose.quantity = 'application_fee_amount'
),

fee_sections as (
    select
        reports.report_key,
        'report.information_fee_statements' as quantity,
        from_last_sections.value,
        case when from_last_sections.report_key is null then 'no section on other matters' end as value_state,
        from_last_sections.line_start
    from reports
    left join from_last_sections on reports.report_key = from_last_sections.report_key
),

united as (
    select * from from_prose
    union all by name
    select * from from_findings
    union all by name
    select * from from_headings
    union all by name
    select * from fee_sections
)

select
    reports.report_no,
    united.report_key,
    united.quantity,
    cast(united.value as double) as value,
    coalesce(united.value_state, case when united.value = 0 then 'zero' else 'number' end) as value_state,
    coalesce(united.rounding, 0) as rounding,
    united.words,
    united.line_start,
    coalesce(united.line_end, united.line_start) as line_end
from united
left join reports on united.report_key = reports.report_key
order by reports.report_no, united.quantity
