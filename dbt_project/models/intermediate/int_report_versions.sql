-- The reports of one body and year, ranked by the rules of the seed version_rules, in their order: the first one that
-- tells two versions apart decides. Without a year only reports that evidence shows to be the same compete.
with reports as (
    select * from {{ ref('int_distinct_reports') }}
),

bodies as (
    select * from {{ ref('int_report_bodies') }}
),

same_reports as (
    select * from {{ ref('int_same_reports') }}
),

signatures as (
    select * from {{ ref('int_signatures') }}
),

addresses as (
    select * from {{ ref('int_report_addresses') }}
),

rules as (
    select * from {{ ref('version_rules') }}
),

versions as (
    select
        reports.report_key,
        bodies.body_key,
        reports.report_year,
        reports.published_on,
        reports.delivery,
        same_reports.same_report_basis,
        coalesce(cast(reports.report_year as varchar), coalesce(same_reports.same_report_key, reports.report_key))
            as version_group
    from reports
    inner join bodies on reports.report_key = bodies.report_key
    left join same_reports on reports.report_key = same_reports.report_key
),

groups as (
    select
        body_key,
        version_group,
        count(*) as n_versions,
        min(published_on) as first_published_on
    from versions
    group by body_key, version_group
),

counted as (
    select
        versions.*,
        groups.n_versions,
        groups.first_published_on
    from versions
    inner join groups on versions.body_key = groups.body_key and versions.version_group = groups.version_group
),

hosts as (
    select
        report_key,
        min(host) as host,
        bool_or(is_official) as is_official
    from addresses
    group by report_key
),

competing as (
    select
        counted.*,
        signatures.text_digest,
        coalesce(signatures.n_cells, 0) as n_cells,
        coalesce(signatures.n_absent_cells, 0) as n_absent,
        coalesce(signatures.n_ambiguous_cells, 0) as n_ambiguous,
        coalesce(signatures.n_characters, 0) as n_characters,
        max(coalesce(signatures.n_cells, 0)) over version as most_cells,
        max(coalesce(signatures.n_characters, 0)) over version as most_characters,
        hosts.host,
        coalesce(hosts.is_official, true) as is_official,
        dense_rank() over (version order by counted.delivery) as delivery_rank,
        row_number() over (version order by counted.report_key desc) as key_rank
    from counted
    left join signatures on counted.report_key = signatures.report_key
    left join hosts on counted.report_key = hosts.report_key
    where counted.n_versions > 1
    window version as (partition by counted.body_key, counted.version_group)
),

listed as (
    select
        report_key,
        unnest([
            {
                'rule_key': 'whole',
                'measure': case when n_cells > 0 then 1 - n_absent / n_cells else cast(most_cells = 0 as integer) end,
                'shown': (n_cells - n_absent) || '/' || n_cells
            },
            {
                'rule_key': 'legible',
                'measure': case when n_cells > 0 then 1 - n_ambiguous / n_cells else 1 end,
                'shown': (n_cells - n_ambiguous) || '/' || n_cells
            },
            {
                'rule_key': 'prose_whole',
                'measure': case when most_characters > 0 then n_characters / most_characters else 1 end,
                'shown': cast(n_characters as varchar)
            },
            {
                'rule_key': 'official_site',
                'measure': cast(is_official as integer),
                'shown': coalesce(host, '—')
            },
            {
                'rule_key': 'published_later',
                'measure': coalesce(date_diff('day', date '1990-01-01', published_on), 0),
                'shown': coalesce(cast(published_on as varchar), '—')
            },
            {
                'rule_key': 'address_known',
                'measure': cast(host is not null as integer),
                'shown': coalesce(host, '—')
            },
            {
                'rule_key': 'fewer_unread',
                'measure': -(n_absent + n_ambiguous),
                'shown': cast(n_absent + n_ambiguous as varchar)
            },
            {
                'rule_key': 'more_prose',
                'measure': n_characters,
                'shown': cast(n_characters as varchar)
            },
            {
                'rule_key': 'collected_later',
                'measure': delivery_rank,
                'shown': delivery
            },
            {
                'rule_key': 'first_key',
                'measure': key_rank,
                'shown': left(report_key, 12)
            }
        ]) as measured
    from competing
),

measured as (
    select
        report_key,
        measured.rule_key,
        measured.measure,
        measured.shown
    from listed
),

scored as (
    select
        measured.report_key,
        list(
            {
                'score': if(
                    rules.threshold is null, measured.measure, cast(measured.measure >= rules.threshold as integer)
                ),
                'shown': measured.shown,
                'rule_key': rules.rule_key
            }
            order by rules.rule_order
        ) as rulings
    from measured
    inner join rules on measured.rule_key = rules.rule_key
    group by measured.report_key
),

ordered as (
    select
        *,
        list_transform(rulings, lambda ruling: ruling['score']) as scores
    from scored
),

ranked as (
    select
        competing.*,
        ordered.rulings,
        row_number() over (
            partition by competing.body_key, competing.version_group
            order by ordered.scores desc, competing.report_key asc
        ) as version_rank
    from competing
    inner join ordered on competing.report_key = ordered.report_key
),

-- The current version is told from the second, every other one from the current.
compared as (
    select
        *,
        first_value(report_key) over version as current_report_key,
        case
            when version_rank = 1 then lead(rulings) over version
            else first_value(rulings) over version
        end as other_rulings,
        first_value(report_key) over (
            partition by body_key, version_group, text_digest order by version_rank
        ) as same_text_report_key
    from ranked
    window version as (partition by body_key, version_group order by version_rank)
),

decided as (
    select
        *,
        list_position(
            list_transform(list_zip(rulings, other_rulings), lambda pair: pair[1]['score'] <> pair[2]['score']), true
        ) as rule_place
    from compared
),

worded as (
    select
        decided.report_key,
        decided.version_rank,
        decided.current_report_key,
        nullif(decided.same_text_report_key, decided.report_key) as same_text_report_key,
        rules.rule_key as version_rule_key,
        if(decided.version_rank = 1, decided.rulings, decided.other_rulings)[decided.rule_place].shown as better,
        if(decided.version_rank = 1, decided.other_rulings, decided.rulings)[decided.rule_place].shown as worse,
        rules.reason_zh,
        rules.reason_en
    from decided
    left join rules on decided.rulings[decided.rule_place].rule_key = rules.rule_key
)

select
    counted.report_key,
    coalesce(worded.version_rank, 1) as version_rank,
    counted.n_versions,
    coalesce(worded.version_rank, 1) = 1 as is_current,
    case
        when worded.version_rank is null then 'only'
        when worded.version_rank = 1 then 'current'
        when worded.same_text_report_key is not null then 'copy'
        else 'superseded'
    end as version_status,
    coalesce(worded.current_report_key, counted.report_key) as current_report_key,
    worded.same_text_report_key,
    counted.same_report_basis,
    counted.first_published_on,
    worded.version_rule_key,
    {{ fill_message('worded.reason_zh', {'better': 'worded.better', 'worse': 'worded.worse'}) }} as version_reason,
    {{ fill_message('worded.reason_en', {'better': 'worded.better', 'worse': 'worded.worse'}) }} as version_reason_en
from counted
left join worded on counted.report_key = worded.report_key
