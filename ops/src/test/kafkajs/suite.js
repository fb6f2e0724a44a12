// One scenario a run: node suite.js SCENARIO HOST:PORT. Ends with 0, or with a line that says what was not as expected.
'use strict'
const assert = require('node:assert/strict')
const { Kafka, CompressionTypes, logLevel } = require('kafkajs')

const [scenario, bootstrap] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'polestar-kafkajs', brokers: [bootstrap], logLevel: logLevel.ERROR, retry: { retries: 8 } })
const topic = `kafkajs.${scenario}`
const TOTAL = 1000

const text = (from, to) => Array.from({ length: to - from }, (_, i) => ({ value: `value ${from + i}` }))
const values = (from, to) => text(from, to).map(message => message.value)

async function withAdmin (use) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

async function create (name, numPartitions = 1) {
  await withAdmin(admin => admin.createTopics({ topics: [{ topic: name, numPartitions }], waitForLeaders: true }))
}

async function produce (name, messages, { compression = CompressionTypes.None, idempotent = false } = {}) {
  const producer = kafka.producer({ idempotent })
  await producer.connect()
  try {
    return await producer.send({ topic: name, messages, compression, acks: -1 })
  } finally {
    await producer.disconnect()
  }
}

// Reads until so many messages came; `started` runs once the consumer has begun.
async function consume (name, groupId, count, { fromBeginning = true, started = () => {}, autoCommit = true } = {}) {
  const consumer = kafka.consumer({ groupId, sessionTimeout: 10000 })
  await consumer.connect()
  await consumer.subscribe({ topics: [name], fromBeginning })
  const messages = []
  try {
    await new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, event => reject(event.payload.error))
      const timer = setTimeout(() => reject(new Error(`only ${messages.length} of ${count} came`)), 30000)
      consumer.run({
        autoCommit,
        eachMessage: async ({ partition, message }) => {
          messages.push({ partition, offset: message.offset, key: message.key, value: message.value.toString(), headers: message.headers })
          if (messages.length === count) {
            clearTimeout(timer)
            resolve()
          }
        }
      }).then(() => started(consumer), reject)
    })
  } finally {
    await consumer.disconnect()
  }
  return messages
}

async function roundTrip (compression) {
  await create(topic)
  await produce(topic, text(0, TOTAL), { compression })
  const messages = await consume(topic, `${topic}-group`, TOTAL)
  assert.deepEqual(messages.map(message => message.value), values(0, TOTAL))
  assert.deepEqual(messages.map(message => Number(message.offset)), Array.from({ length: TOTAL }, (_, i) => i))
}

const scenarios = {
  async topics () {
    await create(topic, 3)
    await withAdmin(async admin => {
      assert.ok((await admin.listTopics()).includes(topic))
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      assert.equal(topics[0].partitions.length, 3)
      await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] })
      assert.equal((await admin.fetchTopicOffsets(topic)).length, 5)
      await admin.deleteTopics({ topics: [topic] })
      assert.ok(!(await admin.listTopics()).includes(topic))
    })
  },

  none: () => roundTrip(CompressionTypes.None),

  gzip: () => roundTrip(CompressionTypes.GZIP),

  async keys () {
    await create(topic)
    await produce(topic, [{ key: 'k', value: 'v', headers: { unit: 'C' } }])
    const [message] = await consume(topic, `${topic}-group`, 1)
    assert.equal(message.key.toString(), 'k')
    assert.equal(message.headers.unit.toString(), 'C')
  },

  async idempotent () {
    await create(topic)
    await produce(topic, text(0, TOTAL), { idempotent: true })
    assert.equal((await consume(topic, `${topic}-group`, TOTAL)).length, TOTAL)
  },

  // Two members share four partitions; together they get every message once.
  async group () {
    await create(topic, 4)
    const members = [0, 1].map(() => kafka.consumer({ groupId: `${topic}-group`, sessionTimeout: 10000 }))
    const seen = []
    const joined = members.map(member => new Promise(resolve => {
      member.on(member.events.GROUP_JOIN, event => {
        if ((event.payload.memberAssignment[topic] || []).length === 2) resolve()
      })
    }))
    try {
      for (const member of members) {
        await member.connect()
        await member.subscribe({ topics: [topic], fromBeginning: true })
        await member.run({ eachMessage: async ({ message }) => { seen.push(message.value.toString()) } })
      }
      await Promise.all(joined)
      await produce(topic, text(0, TOTAL).map((message, i) => ({ ...message, key: `k${i % 17}` })))
      const until = Date.now() + 30000
      while (seen.length < TOTAL && Date.now() < until) await new Promise(resolve => setTimeout(resolve, 50))
      assert.deepEqual(seen.sort(), values(0, TOTAL).sort())
    } finally {
      await Promise.all(members.map(member => member.disconnect()))
    }
  },

  // A group that comes back goes on after its commit.
  async commit () {
    await create(topic)
    await produce(topic, text(0, 10))
    await consume(topic, `${topic}-group`, 10)
    await produce(topic, text(10, 15))
    const messages = await consume(topic, `${topic}-group`, 5)
    assert.deepEqual(messages.map(message => message.value), values(10, 15))
  },

  async 'seek-offset' () {
    await create(topic)
    await produce(topic, text(0, 10))
    const started = consumer => consumer.seek({ topic, partition: 0, offset: '7' })
    const messages = await consume(topic, `${topic}-group`, 3, { started, fromBeginning: false })
    assert.deepEqual(messages.map(message => message.value), values(7, 10))
  },

  async 'seek-time' () {
    await create(topic)
    const day = 86400000
    await produce(topic, text(0, 10).map((message, i) => ({ ...message, timestamp: String((i + 1) * day) })))
    await withAdmin(async admin => {
      const [found] = await admin.fetchTopicOffsetsByTimestamp(topic, 6 * day - 1)
      assert.equal(found.offset, '5')
    })
  },

  async groups () {
    await create(topic)
    await produce(topic, text(0, 4))
    const groupId = `${topic}-group`
    await consume(topic, groupId, 4)
    await withAdmin(async admin => {
      assert.ok((await admin.listGroups()).groups.some(group => group.groupId === groupId))
      assert.equal((await admin.describeGroups([groupId])).groups[0].state, 'Empty')
      const committed = async () => (await admin.fetchOffsets({ groupId, topics: [topic] }))[0].partitions[0].offset
      assert.equal(await committed(), '4')
      await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
      assert.equal(await committed(), '1')
      await admin.deleteGroups([groupId])
      assert.ok(!(await admin.listGroups()).groups.some(group => group.groupId === groupId))
    })
  },

  async fill () {
    await create('kafkajs.replay')
    await produce('kafkajs.replay', text(0, TOTAL), { idempotent: true, compression: CompressionTypes.GZIP })
  },

  async replay () {
    const messages = await consume(topic, `${topic}-group`, TOTAL)
    assert.deepEqual(messages.map(message => message.value), values(0, TOTAL))
  }
}

scenarios[scenario]().catch(problem => {
  console.error(problem)
  process.exitCode = 1
})
